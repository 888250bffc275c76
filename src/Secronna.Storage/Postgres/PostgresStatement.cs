using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>A statement of PostgreSQL. It is sent when it is executed, or when its first row is read.</summary>
internal sealed class PostgresStatement(PostgresEngineConnection connection, string sql) : Statement
{
    private readonly NpgsqlBatchCommand command = new(sql);
    private NpgsqlDataReader? reader;

    /// <summary>The command that is sent, with its parameters.</summary>
    public NpgsqlBatchCommand Command => command;

    public override Statement Bind(long value) => Bind(new NpgsqlParameter<long> { TypedValue = value });

    public override Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull(NpgsqlDbType.Bigint);

    public override Statement Bind(string? value) => value is null
        ? BindNull(NpgsqlDbType.Text)
        : Bind(new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text });

    public override Statement Bind(ReadOnlySpan<byte> value) =>
        Bind(new NpgsqlParameter<byte[]> { TypedValue = value.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea });

    public override async ValueTask<bool> ReadAsync()
    {
        try
        {
            reader ??= await connection.SendAsync(command);
            return await reader.ReadAsync(connection.Cancellation);
        }
        catch (Exception exception)
        {
            throw connection.Failed(exception);
        }
    }

    public override async ValueTask<int> ExecuteAsync()
    {
        try
        {
            await using var results = await connection.SendAsync(command);
            await results.ReadToEndAsync();
            return (int)command.RecordsAffected;
        }
        catch (Exception exception)
        {
            throw connection.Failed(exception);
        }
    }

    public override bool IsNull(int column) => reader!.IsDBNull(column);

    public override long GetInt64(int column) => reader!.GetInt64(column);

    public override string GetText(int column) => reader!.GetString(column);

    public override byte[] GetBlob(int column) => reader!.IsDBNull(column) ? [] : reader.GetFieldValue<byte[]>(column);

    public override async ValueTask DisposeAsync()
    {
        if (reader is null)
        {
            return;
        }

        try
        {
            await reader.DisposeAsync();
        }
        catch (Exception exception)
        {
            throw connection.Failed(exception);
        }
    }

    private PostgresStatement BindNull(NpgsqlDbType type) => Bind(new NpgsqlParameter { NpgsqlDbType = type, Value = DBNull.Value });

    private PostgresStatement Bind(NpgsqlParameter parameter)
    {
        command.Parameters.Add(parameter);
        return this;
    }
}
