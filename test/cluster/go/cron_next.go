package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/robfig/cron/v3"
)

type cronQuestion struct {
	Schedule string    `json:"schedule"`
	Zone     string    `json:"zone"`
	After    time.Time `json:"after"`
}

type cronAnswer struct {
	Next  *time.Time `json:"next"`
	Error string     `json:"error,omitempty"`
}

// answerCronQuestions reads one question a line and answers each with one line. It asks the library as the CronJob
// controller does (pkg/controller/cronjob/utils.go formatSchedule: "TZ=<zone> <schedule>" into ParseStandard).
// A schedule that never fires (0 0 31 2 *) has next null.
func answerCronQuestions(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var question cronQuestion
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			return fmt.Errorf("not a question: %q: %w", lines.Text(), err)
		}
		if err := answers.Encode(nextFire(question)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func nextFire(question cronQuestion) cronAnswer {
	expression := question.Schedule
	if question.Zone != "" {
		expression = fmt.Sprintf("TZ=%s %s", question.Zone, question.Schedule)
	}
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return cronAnswer{Error: err.Error()}
	}
	next := schedule.Next(question.After)
	if next.IsZero() {
		return cronAnswer{}
	}
	next = next.UTC()
	return cronAnswer{Next: &next}
}
