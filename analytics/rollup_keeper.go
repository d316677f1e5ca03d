package analytics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// KeeperOptions configure a Keeper; zero fields take the defaults.
type KeeperOptions struct {
	// Interval is how often Run looks for work; default 5 s.
	Interval time.Duration
	// Settle is how old a day's oldest mark must be before Run makes its cells anew, so that a quarter
	// hour in which much happens is not made again for every record; default 30 s. Questions read
	// what is marked from rows meanwhile.
	Settle time.Duration
	// Now is the clock; default time.Now. Days that are over by it have cells of their own.
	Now func() time.Time
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
	// Progress, where set, is called after each transaction that made cells.
	Progress func(KeeperProgress)
}

// KeeperProgress is one step of a Keeper.
type KeeperProgress struct {
	// Organization and Record say what was kept, Day where the day begins.
	Organization, Record string
	Day                  time.Time
	// Facts were read and Cells written.
	Facts, Cells int64
	// DaysLeft is how many more days of this record are due.
	DaysLeft int
}

// Keeper keeps rollups: it makes the cells anew in which facts have changed. Any number of processes
// may keep at the same time; each takes days that no other is at.
//
// A transaction takes a day's lock, deletes the marks that it sees, and with later statements reads
// the facts and writes the cells. Who committed a change before the marks were deleted is in these
// facts; whoever commits later leaves a mark that was not seen, and the cell stays marked.
type Keeper struct {
	pool    *pgxpool.Pool
	options KeeperOptions
	rollups map[string]*rollup
	scans   map[string]*rollupScan
	// started is when the keeper began, by Postgres' clock: of two versions of this program the one
	// that began later says what is kept.
	started time.Time
	// books are those of the rollups that were kept last, by id.
	books map[int32]*keyBook
	// behind tells that the last sweep has left days that are due.
	behind bool
}

// maxDays is how many days of one record a sweep makes, the newest first, before it turns to the next
// record: nobody waits for another's import.
const maxDays = 50

// NewKeeper returns a keeper. It is used by one goroutine at a time.
func NewKeeper(pool *pgxpool.Pool, options KeeperOptions) *Keeper {
	if options.Interval == 0 {
		options.Interval = 5 * time.Second
	}
	if options.Settle == 0 {
		options.Settle = 30 * time.Second
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	k := &Keeper{pool: pool, options: options, rollups: rollups(), scans: map[string]*rollupScan{}, books: map[int32]*keyBook{}}
	for record, p := range k.rollups {
		k.scans[record] = newRollupScan(p)
	}
	return k
}

// Run keeps rollups until ctx is over.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(k.options.Interval)
	defer tick.Stop()
	for {
		if _, err := k.sweep(ctx, k.options.Settle); err != nil && ctx.Err() == nil {
			k.options.Logger.Warn("keeping rollups", "error", err)
		}
		if k.behind && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// retryAfter is how long Keep waits for days that another keeper is at.
const retryAfter = 20 * time.Millisecond

// Keep makes all cells that are due and returns when nothing is marked. While others write it may take
// as long as they do.
func (k *Keeper) Keep(ctx context.Context) error {
	for {
		left, err := k.sweep(ctx, 0)
		if err != nil || left == 0 {
			return err
		}
		if k.behind && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryAfter):
		}
	}
}

const startedSQL = `SELECT clock_timestamp()`

// sweep does what is due once and returns how many days were found marked.
func (k *Keeper) sweep(ctx context.Context, settle time.Duration) (found int, err error) {
	if k.started.IsZero() {
		if err := k.pool.QueryRow(ctx, startedSQL).Scan(&k.started); err != nil {
			return 0, fmt.Errorf("begin to keep rollups: %w", err)
		}
	}
	k.behind = false
	states, err := k.states(ctx)
	if err != nil {
		return 0, err
	}
	var failed []error // one organization's trouble is not another's
	for _, s := range states {
		n, err := k.keepRecord(ctx, s, settle)
		if err != nil {
			failed = append(failed, fmt.Errorf("keep the rollup of %s of %s: %w", s.record, s.organization, err))
		}
		if found += n; ctx.Err() != nil {
			return found, ctx.Err()
		}
	}
	return found, errors.Join(append(failed, k.purge(ctx))...)
}

// keepRecord does what is due for one record of an organization.
func (k *Keeper) keepRecord(ctx context.Context, s rollupState, settle time.Duration) (found int, err error) {
	if !s.current(k.rollups[s.record]) {
		if s.id != 0 && s.version != k.rollups[s.record].version && !s.createdAt.Before(k.started) {
			return 0, nil // a later program keeps something else
		}
		if s, err = k.renew(ctx, s); err != nil {
			return 0, err
		}
	}
	zone, err := LoadZone(s.zone)
	if err != nil {
		return 0, err
	}
	if err := k.finishDays(ctx, s, zone); err != nil || !s.marked {
		return 0, err
	}
	due, found, err := k.markedDays(ctx, s, zone, settle)
	if err != nil {
		return found, err
	}
	slices.Reverse(due)
	for i, day := range due {
		if i == maxDays {
			k.behind = true
			break
		}
		made, err := k.keepDay(ctx, s, day)
		if err != nil {
			return found, err
		}
		if made != nil && k.options.Progress != nil {
			k.options.Progress(KeeperProgress{
				Organization: s.organization, Record: s.record, Day: day.start,
				Facts: made.facts, Cells: int64(len(made.rows)), DaysLeft: len(due) - i - 1,
			})
		}
	}
	return found, nil
}
