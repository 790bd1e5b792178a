/** Test tools shared by all modules: servers that run in a process of their own. */
@NullMarked
package io.shardyfusion.testing;

import org.jspecify.annotations.NullMarked;
