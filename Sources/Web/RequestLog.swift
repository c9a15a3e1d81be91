package import Hummingbird
import Logging
import Metrics

/// One line and one count a request. The route's pattern stands for the path, so that neither names nor codes of
/// people and records get into logs and labels.
package struct RequestLog: RouterMiddleware {
    package init() {}

    package func handle(
        _ request: Request, context: Visitor, next: (Request, Visitor) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let elapsed = ContinuousClock.now - start
        let route = context.endpointPath ?? "none"
        let milliseconds = Double(elapsed.components.attoseconds / 1_000_000_000_000) / 1000
            + Double(elapsed.components.seconds) * 1000
        context.logger.debug(
            "request",
            metadata: [
                "method": "\(request.method)", "route": "\(route)", "status": "\(response.status.code)",
                "ms": "\(milliseconds)",
            ])
        let labels = [("method", request.method.rawValue), ("route", route), ("status", String(response.status.code))]
        Counter(label: "http_requests_total", dimensions: labels).increment()
        Metrics.Timer(label: "http_request_seconds", dimensions: [("route", route)])
            .recordNanoseconds(elapsed.components.attoseconds / 1_000_000_000 + elapsed.components.seconds * 1_000_000_000)
        return response
    }
}
