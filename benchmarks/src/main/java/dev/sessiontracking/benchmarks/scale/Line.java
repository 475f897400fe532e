// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import java.util.List;

/**
 * A straight line.
 *
 * @param atZero where it begins
 * @param slope how steep it is
 */
record Line(double atZero, double slope) {

    record Point(double x, double y) {}

    /** The one with the least squared distance, or a level one through a single point. */
    static Line through(List<Point> points) {
        double meanX = points.stream().mapToDouble(Point::x).average().orElseThrow();
        double meanY = points.stream().mapToDouble(Point::y).average().orElseThrow();
        double covariance = 0;
        double variance = 0;
        for (Point point : points) {
            covariance += (point.x - meanX) * (point.y - meanY);
            variance += (point.x - meanX) * (point.x - meanX);
        }
        double slope = variance == 0 ? 0 : covariance / variance;
        return new Line(meanY - slope * meanX, slope);
    }
}
