// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.documentation.MarkdownPage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The tables of docs/markers.md that have a column for each marker. */
final class MarkerTable {

    private static final String HEADER = "| | session state | not-before marker | cut-off |";

    private MarkerTable() {}

    /** The columns, in their order. */
    enum Marker {
        SESSION_STATE,
        NOT_BEFORE,
        CUT_OFF
    }

    /** Row, marker and cell, of each cell of the table in this section. */
    static Stream<Arguments> cells(String section) {
        List<String> table = MarkdownPage.read("docs/markers.md")
                .section(section)
                .lines()
                .filter(line -> line.startsWith("|"))
                .toList();
        assertThat(table).startsWith(HEADER);
        return table.stream().skip(2).flatMap(MarkerTable::cellsOf);
    }

    private static Stream<Arguments> cellsOf(String line) {
        List<String> cells = Arrays.stream(line.split("\\|")).map(String::strip).toList();
        return IntStream.range(0, Marker.values().length)
                .mapToObj(column -> Arguments.of(cells.get(1), Marker.values()[column], cells.get(column + 2)));
    }
}
