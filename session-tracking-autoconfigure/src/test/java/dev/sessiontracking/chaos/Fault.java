// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

/**
 * Something that goes wrong and is put right again.
 *
 * @param reconnects whether every node certainly loses its connections by it
 */
record Fault(String name, boolean reconnects, Runnable body) {}
