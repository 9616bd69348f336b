package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"ersthelfer/knowledge/starter"
)

// Starter returns the articles that ship with the program, ordered by id.
func Starter() ([]Article, error) {
	return ReadArticles(starter.Files)
}

// ReadArticles reads every .md file at the top of fsys, ordered by name. The error is [Problems] with the
// mistakes of all files if the files themselves can be read; the good articles are returned even then.
func ReadArticles(fsys fs.FS) ([]Article, error) {
	names, err := fs.Glob(fsys, "*.md")
	if err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	var articles []Article
	var problems Problems
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read article: %w", err)
		}
		a, err := ParseArticle(name, src)
		if err != nil {
			var mistakes Problems
			if !errors.As(err, &mistakes) {
				return nil, err
			}
			problems = append(problems, mistakes...)
			continue
		}
		if want := a.ID + ".md"; want != strings.ToLower(name) {
			problems = append(problems, Problem{File: name, Line: 2, Column: 1,
				Message: fmt.Sprintf("the id %q does not fit the file name; name the file %s", a.ID, want)})
		}
		articles = append(articles, a)
	}
	return articles, problems.err()
}
