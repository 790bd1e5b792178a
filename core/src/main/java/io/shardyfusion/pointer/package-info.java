/**
 * All that changes a dataset's pointer, which is the only object that readers follow. A change is a
 * {@code PointerEdit}: a function from the pointer as it stands to the next one, or to a refusal.
 * {@code PointerSwap} applies it by compare-and-set, and nothing else writes the pointer.
 *
 * <ul>
 *   <li>A writer comes in by {@link io.shardyfusion.pointer.Announcer}, which adds versions.
 *   <li>An operator comes in by {@link io.shardyfusion.pointer.PointerOperations}, which pins,
 *       unpins, rolls back, announces, quarantines and holds them.
 * </ul>
 *
 * <p>The rules are those of section 4 of {@code docs/format-spec.md}. Reading the pointer is for
 * {@link io.shardyfusion.dataset.Dataset}.
 */
@NullMarked
package io.shardyfusion.pointer;

import org.jspecify.annotations.NullMarked;
