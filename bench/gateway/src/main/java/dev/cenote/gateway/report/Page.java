package dev.cenote.gateway.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Builds one HTML page that needs nothing else: style and pictures are inside, no script, no network. */
public final class Page {
    private static final String STYLE = "report.css";
    private final StringBuilder out = new StringBuilder();

    public Page(String title, String heading, String sub) throws IOException {
        out.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>").append(text(title)).append("</title>\n<style>\n")
            .append(style()).append("</style></head>\n<body><main>\n<header><p class=\"brand\">Cenote</p><h1>").append(text(heading))
            .append("</h1><p class=\"sub\">").append(text(sub)).append("</p></header>\n");
    }

    private static String style() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IOException(STYLE + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    public static String text(String text) {
        return Svg.escape(text);
    }

    /** A coloured square and a name. */
    public static String chip(String name, String colour) {
        return "<span class=\"chip\"><i style=\"background:" + colour + "\"></i>" + text(name) + "</span>";
    }

    /** Markup as it is. */
    public Page add(String html) {
        out.append(html);
        return this;
    }

    /** @param legend markup, or empty */
    public Page figure(String title, String legend, String svg, String caption) {
        out.append("<figure><h2>").append(text(title)).append("</h2>").append(legend.isEmpty() ? "" : "<p class=\"legend\">" + legend + "</p>")
            .append(svg).append("<figcaption class=\"caption\">").append(text(caption)).append("</figcaption></figure>\n");
        return this;
    }

    public Page list(Map<String, String> facts) {
        out.append("<dl>");
        facts.forEach((name, value) -> out.append("<dt>").append(text(name)).append("</dt><dd>").append(text(value)).append("</dd>"));
        out.append("</dl>");
        return this;
    }

    public String html() {
        return out + "</main></body></html>\n";
    }
}
