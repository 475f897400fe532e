// SPDX-License-Identifier: Apache-2.0

/** The kit, tried out as an application does. */
@NullMarked
package com.example;

import org.jspecify.annotations.NullMarked;
