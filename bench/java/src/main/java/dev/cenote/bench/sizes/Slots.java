package dev.cenote.bench.sizes;

/** Blocks that one thread holds. */
final class Slots {

    final long[] address;
    final int[] bytes;

    Slots(int count) {
        address = new long[count];
        bytes = new int[count];
    }

    int count() {
        return address.length;
    }

    void take(Workload workload, int slot, int wanted) {
        address[slot] = workload.take(wanted);
        bytes[slot] = wanted;
    }

    void give(Workload workload, int slot) {
        if (address[slot] != 0) {
            workload.give(address[slot], bytes[slot]);
            address[slot] = 0;
        }
    }

    void giveAll(Workload workload) {
        for (int i = 0; i < address.length; i++) {
            give(workload, i);
        }
    }

    void holdings(int thread, Workload.Holdings into) {
        for (int i = 0; i < address.length; i++) {
            if (address[i] != 0) {
                into.add(thread, address[i], bytes[i]);
            }
        }
    }
}
