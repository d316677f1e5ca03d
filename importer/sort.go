package importer

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// compareLines orders lines by conversation, time and place in the original file.
func compareLines(a, b line) int {
	return cmp.Or(
		cmp.Compare(a.conversation, b.conversation),
		cmp.Compare(a.time, b.time),
		cmp.Compare(a.number, b.number),
	)
}

// sortFile writes the lines of a file, ordered and numbered, to target, holding at most memory
// bytes of them at once: sorted pieces first, then one merge.
func sortFile(ctx context.Context, path, target string, memory int64, progress Progress) error {
	directory, err := os.MkdirTemp(filepath.Dir(target), ".engaged-import-")
	if err != nil {
		return fmt.Errorf("sort %s: no room for sorted pieces beside the checkpoint: %w", path, err)
	}
	defer func() { _ = os.RemoveAll(directory) }()
	pieces, err := writePieces(ctx, path, directory, memory, progress)
	if err != nil {
		return fmt.Errorf("sort %s: %w", path, err)
	}
	if err := mergePieces(ctx, pieces, target, progress); err != nil {
		return fmt.Errorf("sort %s: %w", path, err)
	}
	return nil
}

func writePieces(ctx context.Context, path, directory string, memory int64, progress Progress) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	progress.Begin("sorting", 0, info.Size(), "bytes")
	defer progress.End()

	var (
		pieces []string
		held   []line
		size   int64
		from   int64
	)
	r := newReader(file, false, 0, 0)
	for {
		l, err := r.next()
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return nil, err
		}
		if !end {
			l.raw = bytes.Clone(l.raw)
			held = append(held, l)
			size += int64(len(l.raw)) + 128
		}
		if size >= memory || end && len(held) > 0 {
			piece := filepath.Join(directory, fmt.Sprintf("piece-%05d", len(pieces)))
			slices.SortFunc(held, compareLines)
			if err := writeLines(piece, held); err != nil {
				return nil, err
			}
			pieces = append(pieces, piece)
			progress.Add(r.offset - from)
			held, size, from = held[:0], 0, r.offset
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if end {
			return pieces, nil
		}
	}
}

func writeLines(path string, lines []line) error {
	return writeFile(path, func(w *bufio.Writer) error {
		for _, l := range lines {
			if err := writeNumbered(w, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeNumbered(w *bufio.Writer, l line) error {
	_, err := fmt.Fprintf(w, "%d\t%s\n", l.number, l.raw)
	return err
}

// writeFile creates a file, which appears under its name only when it is complete.
func writeFile(path string, write func(*bufio.Writer) error) (err error) {
	file, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	w := bufio.NewWriterSize(file, 1<<20)
	if err = write(w); err != nil {
		return err
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if err = file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// mergePieces merges sorted pieces into one sorted file.
func mergePieces(ctx context.Context, pieces []string, target string, progress Progress) error {
	var m merge
	defer func() { m.close() }()
	var total int64
	for _, path := range pieces {
		p, err := openPiece(path)
		if err != nil {
			return err
		}
		m.opened = append(m.opened, p)
		total += p.size
		if err := p.advance(); err == nil {
			m.pieces = append(m.pieces, p)
		} else if !errors.Is(err, io.EOF) {
			return err
		}
	}
	progress.Begin("merging", 0, total, "bytes")
	defer progress.End()
	heap.Init(&m)
	return writeFile(target, func(w *bufio.Writer) error {
		for written := int64(0); len(m.pieces) > 0; written++ {
			p := m.pieces[0]
			if err := writeNumbered(w, p.current); err != nil {
				return err
			}
			progress.Add(int64(len(p.current.raw)) + 1)
			switch err := p.advance(); {
			case errors.Is(err, io.EOF):
				heap.Pop(&m)
			case err != nil:
				return err
			default:
				heap.Fix(&m, 0)
			}
			if written%1000 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
}

// piece is a sorted part of the file, and the line it has come to.
type piece struct {
	file    *os.File
	size    int64
	reader  *reader
	current line
}

func openPiece(path string) (*piece, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &piece{file: file, size: info.Size(), reader: newReader(file, true, 0, 0)}, nil
}

func (p *piece) advance() (err error) {
	p.current, err = p.reader.next()
	return err
}

// merge is a heap of pieces by the line they have come to.
type merge struct {
	pieces []*piece
	opened []*piece
}

func (m *merge) Len() int { return len(m.pieces) }
func (m *merge) Less(i, j int) bool {
	return compareLines(m.pieces[i].current, m.pieces[j].current) < 0
}
func (m *merge) Swap(i, j int) { m.pieces[i], m.pieces[j] = m.pieces[j], m.pieces[i] }

// Push implements heap.Interface.
func (m *merge) Push(x any) { m.pieces = append(m.pieces, x.(*piece)) }

// Pop implements heap.Interface.
func (m *merge) Pop() any {
	last := len(m.pieces) - 1
	p := m.pieces[last]
	m.pieces = m.pieces[:last]
	return p
}

func (m *merge) close() {
	for _, p := range m.opened {
		_ = p.file.Close()
	}
}
