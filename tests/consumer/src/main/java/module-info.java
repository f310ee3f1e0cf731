/** A user's module; on the class path nobody reads this. */
module dev.cenote.consumer {
    requires dev.cenote.core;
}
