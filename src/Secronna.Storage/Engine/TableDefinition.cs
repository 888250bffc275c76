namespace Secronna.Storage.Engine;

/// <summary>
/// The name and the columns of a table after the last migration. Code that goes through all tables uses it, such as the copy of a
/// database.
/// </summary>
internal sealed record TableDefinition
{
    private TableDefinition(string name, params Column[] columns)
    {
        Name = name;
        Columns = columns;
        ColumnList = string.Join(", ", columns.Select(column => column.Name));
        var parameters = string.Join(", ", Enumerable.Range(1, columns.Length).Select(number => $"${number}"));
        InsertSql = $"INSERT INTO {name} ({ColumnList}) VALUES ({parameters})";
        SelectSql = $"SELECT {ColumnList} FROM {name}";
        AnySql = $"SELECT 1 FROM {name} LIMIT 1";
        CountSql = $"SELECT count(*) FROM {name}";
    }

    /// <summary>All tables. Each comes after the tables that it refers to.</summary>
    public static IReadOnlyList<TableDefinition> All { get; } =
    [
        new("installation",
            Number("id"), Number("created_at"), Text("active_master_key_id"), Bytes("wrapped_key"), Number("access_changes"),
            Number("probed_at"), Number("rotation_began_at"), Text("worker"), Number("worked_until"),
            Text("public_id"), Number("clock_accepted_at"), Number("clock_accepted_newest")),
        new("log_keys",
            Number("number"), Bytes("public_key"), Bytes("wrapped_seed"), Number("created_at"), Number("retired_at"),
            Number("active_at")),
        new("log_key_announcements",
            Number("key_number"), Text("workspace_id"), Number("sequence"), Text("note")),
        new("master_keys",
            Text("id"), Number("created_at"), Number("active_since"), Number("unused_since"), Number("retired_at"),
            Bytes("check_box")),
        new("nodes", Text("id"), Text("name"), Number("started_at"), Number("seen_at"), Text("master_keys")),
        new("workspaces",
            Text("id"), Text("name"), Number("allowed"), Number("created_at"), Number("stored_bytes")),
        new("projects",
            Text("id"), Text("workspace_id"), Text("name"), Text("slug"), Number("created_at"), Text("created_by"),
            Number("deleted_at")),
        new("project_keys",
            Text("id"), Text("project_id"), Text("master_key_id"), Bytes("wrapped_key"), Text("state"), Number("wraps"),
            Number("created_at"), Text("worker"), Number("worked_until")),
        new("environments",
            Text("id"), Text("workspace_id"), Text("project_id"), Text("name"), Text("slug"), Number("created_at"),
            Text("created_by"), Number("changed_at"), Number("secret_count"), Number("deleted_at"),
            Text("overwritten_to"), Number("settled_to"), Number("require_reason")),
        new("secrets",
            Text("id"), Text("workspace_id"), Text("project_id"), Text("environment_id"), Text("key"), Number("current_version"),
            Number("created_at"), Number("updated_at"), Number("deleted_at"), Text("deleted_by"), Number("destroyed_to"),
            Number("lifetime_node")),
        new("secret_versions",
            Text("secret_id"), Number("version"), Text("kek_id"), Bytes("wrapped_data_key"), Bytes("tag"), Text("kind"),
            Number("created_at"), Text("created_by"), Text("comment"), Bytes("ciphertext")),
        new("secret_changes",
            Text("environment_id"), Number("instant"), Text("secret_id"), Number("version"), Number("destroyed"),
            Text("destroyed_by")),
        new("credentials",
            Text("id"), Text("workspace_id"), Text("kind"), Text("name"), Text("prefix"), Bytes("token_hash"),
            Number("created_at"), Text("created_by"), Number("expires_at"), Number("revoked_at"), Number("last_used_at"),
            Text("grants")),
        new("trail_segments",
            Text("workspace_id"), Number("first_sequence"), Number("count"), Number("at"), Number("format"), Bytes("entries")),
        new("trail_followers",
            Text("workspace_id"), Text("follower"), Number("place"), Text("holder"), Number("held_until")),
        new("trail_index_runs",
            Text("workspace_id"), Number("last_sequence"), Number("level"), Number("first_sequence"), Text("state")),
        new("trail_index_pages",
            Text("workspace_id"), Number("last_sequence"), Number("level"), Bytes("first_term"), Number("first_sequence"),
            Bytes("postings")),
        new("trail_epochs", Text("workspace_id"), Number("epoch"), Number("began_at_sequence")),
        new("trail_tiles", Text("workspace_id"), Number("level"), Number("tile_index"), Bytes("hashes")),
        new("trail_checkpoints",
            Text("workspace_id"), Number("epoch"), Number("size"), Number("at"), Bytes("root"), Text("note")),
        new("secret_reads",
            Text("workspace_id"), Text("secret_id"), Number("last_at"), Text("actor_type"), Text("actor_id"), Text("subject"),
            Number("readers")),
        new("secret_readers",
            Text("workspace_id"), Text("secret_id"), Text("actor_type"), Text("actor_id"), Text("subject"), Number("first_at"),
            Number("first_sequence"), Number("last_at"), Number("last_reveal_day")),
        new("secret_read_days", Text("workspace_id"), Text("secret_id"), Number("day"), Number("count"), Number("readers")),
        new("secret_read_versions", Text("workspace_id"), Text("secret_id"), Number("day"), Number("version"), Number("count")),
        new("read_slices", Text("workspace_id"), Number("last_sequence"), Number("stored")),
        new("idempotency_keys", Bytes("id"), Bytes("body_hash"), Text("answer"), Number("created_at")),
    ];

    public string Name { get; }

    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The names of the columns, separated by commas.</summary>
    public string ColumnList { get; }

    public string InsertSql { get; }

    public string SelectSql { get; }

    /// <summary>The SQL that returns one row, or no row if the table is empty.</summary>
    public string AnySql { get; }

    public string CountSql { get; }

    private static Column Number(string name) => new(name, ColumnKind.Number);

    private static Column Text(string name) => new(name, ColumnKind.Text);

    private static Column Bytes(string name) => new(name, ColumnKind.Bytes);
}
