/** What comes out: the table, the JSON file, the HTML page. */
@NullMarked
package dev.cenote.gateway.report;

import org.jspecify.annotations.NullMarked;
