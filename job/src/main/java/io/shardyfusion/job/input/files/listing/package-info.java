/**
 * Listing of input paths: files, directories and globs on local and other filesystems, what is read
 * in a directory and what is skipped, and what cannot be listed.
 */
@NullMarked
package io.shardyfusion.job.input.files.listing;

import org.jspecify.annotations.NullMarked;
