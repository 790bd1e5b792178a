/** The commands that look keys up: get, multiget, scan, route. */
@NullMarked
package io.shardyfusion.cli.reading;

import org.jspecify.annotations.NullMarked;
