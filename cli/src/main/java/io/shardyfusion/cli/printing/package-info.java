/** Output: text, tables and JSON, values in their encodings, lines that appear now and then. */
@NullMarked
package io.shardyfusion.cli.printing;

import org.jspecify.annotations.NullMarked;
