using Npgsql;

namespace Secronna.Storage.Postgres;

/// <summary>Reads the results of a batch.</summary>
internal static class DataReaderExtensions
{
    /// <summary>Reads all results. Throws the first error among them.</summary>
    public static async ValueTask ReadToEndAsync(this NpgsqlDataReader results)
    {
        while (await results.NextResultAsync())
        {
        }

        await results.CloseAsync();
    }
}
