package dev.cenote.gateway.run;

import dev.cenote.gateway.load.LoadResult;
import java.util.List;

/**
 * What one gateway process did in its measured window, and what was left after it.
 *
 * @param load              as the client saw it
 * @param gcPauses          collector pauses in the window
 * @param heapBytesPerSecond allocated on the Java heap
 * @param bytesPerSecond    message bytes taken in
 * @param residentPeak      largest resident memory in the window, in bytes; 0 unknown
 * @param residentAfter     resident memory when all messages were released and a moment had passed
 * @param outsideHeap       the same without the Java heap, of which the collector decides how much it touches; negative unknown
 * @param heldPeak          most bytes the memory under test held outside the heap, looked at twice a second, negative unknown
 * @param growths           times it asked the system for more since its start, negative unknown
 * @param growthsInWindow   those of the measured window, negative unknown
 * @param resident          resident memory over time
 * @param windowFrom        begin of the window on that time line, in seconds
 * @param windowTo          its end
 * @param outstanding       pieces of memory never given back: 0, or there is a leak
 * @param failures          all that went wrong, in words; empty when the figures count
 */
public record Measurement(String kind, int round, LoadResult load, int gcPauses, double gcLongestMillis, double gcTotalMillis,
                          double heapBytesPerSecond, double bytesPerSecond, long residentPeak, long residentAfter,
                          long outsideHeap, long heldPeak, long growths, long growthsInWindow, List<Sample> resident, double windowFrom,
                          double windowTo, long outstanding, List<String> failures) {
    public Measurement {
        resident = List.copyOf(resident);
        failures = List.copyOf(failures);
    }
}
