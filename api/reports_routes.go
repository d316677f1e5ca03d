package api

import "net/http"

// metricRoutes answer questions about many records at once, and about what is open now.
func (s *Server) metricRoutes() []route {
	read := []Scope{ReportsRead}
	return []route{
		{Route{http.MethodPost, "/v1/reports/query", false, read, noQuery}, s.queryReports},
		{Route{http.MethodGet, "/v1/reports/metrics", false, read, noQuery}, s.listMetrics},
		{Route{http.MethodGet, "/v1/reports/metrics/{metric_id}", false, read, noQuery}, s.getMetric},
		{Route{http.MethodGet, "/v1/reports/live", false, read, liveQuery}, s.getLive},
		{Route{http.MethodGet, liveStreamPath, false, read, liveQuery}, s.streamLive},
	}
}
