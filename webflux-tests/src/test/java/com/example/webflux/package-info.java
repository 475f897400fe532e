// SPDX-License-Identifier: Apache-2.0
/** The code of docs/webflux.md, and its tests. */
@NullMarked
package com.example.webflux;

import org.jspecify.annotations.NullMarked;
