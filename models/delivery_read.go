package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"engaged/delivery"
)

// DeliveryTask reads a task with its attempts; ErrNotFound if the organization has none of that id.
func (s *Store) DeliveryTask(ctx context.Context, organization, id string) (DeliveryTask, error) {
	var t DeliveryTask
	if !isUUID(id) {
		return t, ErrNotFound
	}
	err := s.gorm.WithContext(ctx).Where("organization_id = ? AND id = ?", organization, id).Take(&t.Row).Error
	if err != nil {
		return t, fmt.Errorf("read delivery task: %w", rowNotFound(err))
	}
	return t, s.completeTask(ctx, &t)
}

// DeliveryTaskByTracking reads the newest task with a tracking id; ErrNotFound without one.
func (s *Store) DeliveryTaskByTracking(ctx context.Context, organization, trackingID string) (DeliveryTask, error) {
	var t DeliveryTask
	err := s.gorm.WithContext(ctx).Where("organization_id = ? AND tracking_id = ? AND tracking_id <> ''", organization, trackingID).
		Order("created_at DESC, key DESC").Take(&t.Row).Error
	if err != nil {
		return t, fmt.Errorf("read delivery task: %w", rowNotFound(err))
	}
	return t, s.completeTask(ctx, &t)
}

// completeTask reads what belongs to a task's row.
func (s *Store) completeTask(ctx context.Context, t *DeliveryTask) error {
	var version DeliveryConfigurationVersionRow
	err := s.gorm.WithContext(ctx).
		Where("configuration_id = ? AND version = ?", t.Row.ConfigurationID, t.Row.RulesVersion).Take(&version).Error
	if err != nil {
		return fmt.Errorf("read delivery task: %w", rowNotFound(err))
	}
	document, err := decodeDocument(version.Document)
	if err != nil {
		return err
	}
	t.Rules = document.Rules(int(version.Version))
	if err := json.Unmarshal(t.Row.Plan, &t.Task); err != nil {
		return fmt.Errorf("decode delivery task: %w", err)
	}
	if err := json.Unmarshal(t.Row.View, &t.View); err != nil {
		return fmt.Errorf("decode delivery task: %w", err)
	}
	t.Deliveries, err = s.ListDeliveries(ctx, DeliveryFilter{OrganizationID: t.Row.OrganizationID, TaskID: t.Row.ID, Limit: delivery.MaxAttempts})
	return err
}

// ListDeliveryTasks reads the rows of an organization's tasks.
func (s *Store) ListDeliveryTasks(ctx context.Context, f DeliveryTaskFilter) ([]DeliveryTaskRow, error) {
	if f.ConfigurationID != "" && !isUUID(f.ConfigurationID) {
		return nil, nil
	}
	q := s.gorm.WithContext(ctx).Where("organization_id = ?", f.OrganizationID).Order("created_at, key").Limit(f.Limit)
	if f.ConfigurationID != "" {
		q = q.Where("configuration_id = ?", f.ConfigurationID)
	}
	if f.TrackingID != "" {
		q = q.Where("tracking_id = ?", f.TrackingID)
	}
	if f.ContactID != "" {
		q = q.Where("jsonb_path_query_array(plan, '$.contacts[*].id') @> jsonb_build_array(?::text)", f.ContactID)
	}
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	}
	if f.AfterKey != 0 {
		q = q.Where("(created_at, key) > (?, ?)", f.AfterCreated, f.AfterKey)
	}
	var rows []DeliveryTaskRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list delivery tasks: %w", err)
	}
	return rows, nil
}

// Delivery reads an attempt; ErrNotFound if the organization has none of that id.
func (s *Store) Delivery(ctx context.Context, organization, id string) (DeliveryRow, error) {
	var row DeliveryRow
	if !isUUID(id) {
		return row, ErrNotFound
	}
	err := s.gorm.WithContext(ctx).Where("id = ? AND organization_id = ?", id, organization).Take(&row).Error
	if err != nil {
		return row, fmt.Errorf("read delivery: %w", rowNotFound(err))
	}
	return row, nil
}

// DeliveryAttributes reads the attributes of an attempt, by type and keyword.
func (s *Store) DeliveryAttributes(ctx context.Context, organization, id string) ([]DeliveryAttributeRow, error) {
	if !isUUID(id) {
		return nil, ErrNotFound
	}
	var rows []DeliveryAttributeRow
	err := s.gorm.WithContext(ctx).Where("delivery_id = ? AND organization_id = ?", id, organization).Order("type, keyword").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	return rows, nil
}

// ListDeliveries reads attempts of an organization; those of one task come in their order.
func (s *Store) ListDeliveries(ctx context.Context, f DeliveryFilter) ([]DeliveryRow, error) {
	if f.ConfigurationID != "" && !isUUID(f.ConfigurationID) || f.TaskID != "" && !isUUID(f.TaskID) {
		return nil, nil
	}
	q := s.gorm.WithContext(ctx).Where("organization_id = ?", f.OrganizationID).Limit(f.Limit)
	if f.TaskID != "" {
		q = q.Where("task_id = ?", f.TaskID).Order("seq")
	} else {
		q = q.Order("created_at, id")
	}
	if f.ConfigurationID != "" {
		q = q.Where("configuration_id = ?", f.ConfigurationID)
	}
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	}
	if f.ContactID != "" {
		q = q.Where("contact_id = ?", f.ContactID)
	}
	if f.AfterID != "" {
		q = q.Where("(created_at, id) > (?, ?)", f.AfterCreated, f.AfterID)
	}
	var rows []DeliveryRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return rows, nil
}

func rowNotFound(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	return err
}

// DeliveryLog reads the whole log of a task, also what was recorded; ErrNotFound without the task.
func (s *Store) DeliveryLog(ctx context.Context, organization, id string) ([]delivery.Entry, error) {
	h, err := readHead(ctx, s.pool, readHeadSQL, taskSubject(organization, id))
	if err != nil {
		return nil, fmt.Errorf("read the log of a delivery task: %w", err)
	}
	h.applied = 0
	var entries []delivery.Entry
	for after, more := int64(0), true; more; after = entries[len(entries)-1].Number {
		var batch []delivery.Entry
		if batch, more, err = h.taskEntriesAfter(ctx, s.pool, after); err != nil {
			return nil, fmt.Errorf("read the log of a delivery task: %w", err)
		}
		if entries = append(entries, batch...); len(batch) == 0 {
			return entries, nil
		}
	}
	return entries, nil
}
