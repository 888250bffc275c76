using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Storage;

/// <summary>Queries that only tests need.</summary>
internal static class StorageQueries
{
    /// <summary>Counts the versions of a secret that still have a wrapped key or a ciphertext, and all its versions.</summary>
    public static async Task<List<(long Sealed, long All)>> StateOfVersionsAsync(this TestStorage storage, string secretId) =>
        await storage.ReadAsync(async session =>
        {
            await using var query = session.Prepare("""
                SELECT count(CASE WHEN kek_id IS NOT NULL OR wrapped_data_key IS NOT NULL OR ciphertext IS NOT NULL THEN 1 END), count(*)
                FROM secret_versions WHERE secret_id = $1
                """);
            query.Bind(secretId);
            return await query.ReadAsync() ? new List<(long, long)> { (query.GetInt64(0), query.GetInt64(1)) } : [];
        });

    public static async Task<(string Key, string By, bool HasTime)> TombstoneAsync(this TestStorage storage, string secretId) =>
        await storage.ReadAsync(async session =>
        {
            await using var query = session.Prepare("SELECT key, deleted_by, deleted_at FROM secrets WHERE id = $1");
            query.Bind(secretId);
            await query.ReadAsync();
            return (query.GetText(0), query.GetText(1), !query.IsNull(2));
        });

    public static async Task<(long Secrets, long Versions)> CountSecretsAndVersionsAsync(this TestStorage storage) =>
        await storage.ReadAsync(async session => (
            await CountAsync(session, "SELECT count(*) FROM secrets"), await CountAsync(session, "SELECT count(*) FROM secret_versions")));

    private static async ValueTask<long> CountAsync(Session session, string sql)
    {
        await using var query = session.Prepare(sql);
        await query.ReadAsync();
        return query.GetInt64(0);
    }
}
