package engagement

// advance applies every deadline before an instant, in order; with inclusive, those at it too.
func (f *folder) advance(to Instant, inclusive bool) {
	for {
		d, ok := f.nextDeadline()
		if !ok || d.At > to || d.At == to && !inclusive {
			return
		}
		f.expire(d)
	}
}

// nextDeadline returns the earliest deadline. Those at one instant come in the order of the list
// below: silence at exactly 14 days is still silence.
func (f *folder) nextDeadline() (Deadline, bool) {
	var next Deadline
	found := false
	earlier := func(at Instant, kind string) {
		if !found || at < next.At {
			next, found = Deadline{At: at, Kind: kind}, true
		}
	}
	for i := range f.s.Offers {
		if at := f.s.Offers[i].Offer.ExpiresAt; at != nil {
			earlier(*at, DeadlineOfferExpiry)
		}
	}
	for i := range f.s.RecentLegs {
		if l := &f.s.RecentLegs[i]; l.WrapupSince != nil {
			earlier(l.WrapupSince.Add(l.WrapupLimit), DeadlineWrapupLimit)
		}
	}
	if f.s.Leg != nil {
		if at, ok := f.s.Leg.inactiveAt(); ok {
			earlier(at, DeadlineInactivity)
		}
		earlier(f.s.Leg.LimitAt, DeadlineOpenLimit)
	}
	for i := range f.s.Offers {
		earlier(f.s.Offers[i].LimitAt, DeadlineOpenLimit)
	}
	if f.s.Visit != nil {
		earlier(f.s.Visit.LimitAt, DeadlineOpenLimit)
	}
	return next, found
}

// expire applies every deadline of one kind at one instant.
func (f *folder) expire(d Deadline) {
	if f.moment.at != d.At {
		f.moment = moment{at: d.At, statusBefore: f.status()}
	}
	switch d.Kind {
	case DeadlineOfferExpiry:
		f.expireOffers(d.At, OfferOutcomeTimedOut, func(o OpenOffer) bool {
			return o.Offer.ExpiresAt != nil && *o.Offer.ExpiresAt <= d.At
		})
	case DeadlineWrapupLimit:
		f.expireWrapups(d.At)
	case DeadlineInactivity:
		f.end(d.At, EndInactivityTimeout)
	case DeadlineOpenLimit:
		if f.s.Leg != nil && f.s.Leg.LimitAt <= d.At {
			f.end(d.At, EndExpired)
		}
		f.expireOffers(d.At, OfferOutcomeExpired, func(o OpenOffer) bool { return o.LimitAt <= d.At })
		if f.s.Visit != nil && f.s.Visit.LimitAt <= d.At {
			f.endVisit(d.At, VisitExpired)
		}
	}
}
