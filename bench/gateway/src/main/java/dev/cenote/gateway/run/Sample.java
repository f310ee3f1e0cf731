package dev.cenote.gateway.run;

/** Resident memory at one moment, in seconds since the gateway's process began. */
public record Sample(double seconds, long bytes) {
}
