/**
 * For the tests of services that read datasets: real ones in a temporary directory, which can be
 * held, damaged and made unreachable ({@link io.shardyfusion.testkit.TestDataset}), and lookups in
 * memory ({@link io.shardyfusion.testkit.InMemoryLookups}). Everyone may come in.
 */
@NullMarked
package io.shardyfusion.testkit;

import org.jspecify.annotations.NullMarked;
