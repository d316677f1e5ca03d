package delivery

import "fmt"

// sipResults holds the codes of final SIP responses whose result is documented.
var sipResults = map[int]Result{
	486: Busy, 600: Busy,
	603: NoAnswer, 607: NoAnswer,
	404: InvalidAddress, 410: InvalidAddress, 484: InvalidAddress, 485: InvalidAddress, 604: InvalidAddress,
	408: CallFailed, 480: CallFailed, 487: CallFailed, 500: CallFailed, 502: CallFailed, 503: CallFailed, 504: CallFailed,
	401: NonRetriableError, 405: NonRetriableError, 407: NonRetriableError, 415: NonRetriableError,
	488: NonRetriableError, 501: NonRetriableError, 505: NonRetriableError,
}

// SIPResult returns the result of a call that was never answered, by the code of its final SIP
// response (300 to 699; 0 when the dialer gave none). Codes that no table names go by their class:
// 6xx to NoAnswer, the others to CallFailed.
func SIPResult(code int) Result {
	if r, ok := sipResults[code]; ok {
		return r
	}
	if code >= 600 && code < 700 {
		return NoAnswer
	}
	return CallFailed
}

func checkSIP(code int) error {
	if code != 0 && (code < 300 || code > 699) {
		return fmt.Errorf("sip code %d: send the code of the final response, 300 to 699", code)
	}
	return nil
}
