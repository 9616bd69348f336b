package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ersthelfer/knowledge"
)

// An exchangePage takes articles in and hands them out.
type exchangePage struct {
	curating
	MayImport, MayExport bool
	Why                  string
	Refused              string // that nothing was taken over
	Problems             []string
	Limit                string
}

func (s *Server) exchangePage(p Person) *exchangePage {
	d := &exchangePage{
		curating: s.curating(p, "exchange.title", "/austausch"), MayImport: s.may(p, importing, ""), MayExport: s.may(p, exporting, ""),
	}
	d.Limit = d.W("exchange.limit", "size", knowledge.MaxArchive>>20, "count", knowledge.MaxFiles)
	return d
}

// showExchange shows where articles are taken in and handed out.
func (s *Server) showExchange(w http.ResponseWriter, r *http.Request, p Person) {
	s.render(w, r, http.StatusOK, exchangeTemplate, s.exchangePage(p))
}

// exports are the files that the articles in force can be had as.
var exports = map[string]struct {
	kind  string
	write func(*knowledge.Library, *http.Request, Person, io.Writer) error
}{
	"artikel.zip": {"application/zip", func(l *knowledge.Library, r *http.Request, p Person, w io.Writer) error {
		return l.WriteZip(r.Context(), p.article(), w)
	}},
	"artikel.csv": {"text/csv; charset=utf-8", func(l *knowledge.Library, r *http.Request, p Person, w io.Writer) error {
		return l.WriteCSV(r.Context(), p.article(), w)
	}},
}

// showExport hands out the articles in force as a file.
func (s *Server) showExport(w http.ResponseWriter, r *http.Request, p Person) {
	name := r.PathValue("file")
	export, ok := exports[name]
	if !ok {
		s.notFound(w, r)
		return
	}
	var b bytes.Buffer
	if err := export.write(s.o.Library, r, p, &b); err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	w.Header().Set("Content-Type", export.kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	_, _ = io.Copy(w, &b)
}

// importArticles takes over the articles of a file (datei), all or none.
func (s *Server) importArticles(w http.ResponseWriter, r *http.Request, p Person) {
	name, data, ok := s.upload(w, r)
	if !ok {
		return
	}
	why := plainLine(r.PostFormValue("warum"))
	articles, err := readUpload(name, data)
	var done knowledge.Imported
	if err == nil {
		done, err = s.o.Library.Import(r.Context(), p.article(), articles, why)
	}
	var problems knowledge.Problems
	if errors.As(err, &problems) {
		d := s.exchangePage(p)
		d.Why, d.Refused = why, d.counted("exchange.refused", len(problems), "file", line(name))
		for _, problem := range problems {
			d.Problems = append(d.Problems, line(d.Problem(problem)))
		}
		s.render(w, r, http.StatusUnprocessableEntity, exchangeTemplate, d)
		return
	}
	if err != nil {
		s.refuseArticle(w, r, err)
		return
	}
	s.done(w, r, fmt.Sprintf("%s/aufgaben?neu=%d&anders=%d&gleich=%d", base(p.ID), len(done.New), len(done.Changed), len(done.Same)))
}

// upload returns the file that was sent. If there is none, it has answered.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) (name string, data []byte, ok bool) {
	err := r.ParseMultipartForm(maxImport) // all of it in memory: nothing is left behind on disk
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		s.refuse(w, r, http.StatusRequestEntityTooLarge, "exchange.large")
		return "", nil, false
	}
	if err == nil {
		var file io.ReadCloser
		if in, header, missing := r.FormFile("datei"); missing == nil {
			file, name = in, header.Filename
			defer file.Close()
			data, err = io.ReadAll(file)
		}
	}
	if err != nil || len(data) == 0 {
		s.refuse(w, r, http.StatusBadRequest, "exchange.nofile")
		return "", nil, false
	}
	return name, data, true
}

// readUpload reads a table if the file is called one, else an archive.
func readUpload(name string, data []byte) ([]knowledge.Article, error) {
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return knowledge.ReadCSV(name, bytes.NewReader(data))
	}
	return knowledge.ReadZip(bytes.NewReader(data), int64(len(data)))
}
