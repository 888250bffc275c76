using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Runs statements that need at most one text as their parameter.</summary>
internal static class SessionExtensions
{
    /// <summary>The text in the first column of the first row; <c>null</c> when there is no row, or the column is NULL.</summary>
    public static async ValueTask<string?> FindTextAsync(this Session session, string sql, string? parameter = null)
    {
        await using var query = session.Prepare(sql);
        if (parameter is not null)
        {
            query.Bind(parameter);
        }

        return await query.ReadAsync() ? query.GetTextOrNull(0) : null;
    }

    /// <summary>Runs a statement that returns no rows. Returns the number of rows that it changed.</summary>
    public static async ValueTask<int> ExecuteAsync(this Session session, string sql, string parameter)
    {
        await using var statement = session.Prepare(sql);
        return await statement.Bind(parameter).ExecuteAsync();
    }
}
