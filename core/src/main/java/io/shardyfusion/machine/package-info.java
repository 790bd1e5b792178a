/**
 * Errors for what the machine refuses, with advice on how to mend it: limits, full disks, rights,
 * and native libraries that it does not load. For all modules of shardyfusion; depends on its
 * exceptions only.
 */
@NullMarked
package io.shardyfusion.machine;

import org.jspecify.annotations.NullMarked;
