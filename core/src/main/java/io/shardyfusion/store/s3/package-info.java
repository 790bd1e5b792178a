/**
 * The store on S3-compatible servers: requests, conditional writes and their proof, transfers in
 * parts, listings, and how answers become errors. Only {@link io.shardyfusion.store.open} comes in.
 */
@NullMarked
package io.shardyfusion.store.s3;

import org.jspecify.annotations.NullMarked;
