package api

import _ "embed"

// Contract is the OpenAPI document of the whole API.
//
//go:embed openapi.yaml
var Contract []byte

// contract is GET /openapi.yaml.
func (s *Server) contract(*call) (any, error) {
	return reply{raw: Contract, contentType: "application/yaml"}, nil
}
