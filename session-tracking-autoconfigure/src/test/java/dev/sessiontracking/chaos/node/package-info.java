// SPDX-License-Identifier: Apache-2.0

/** One node of an application, as its users write it, in a process of its own that a test can freeze and kill. */
package dev.sessiontracking.chaos.node;
