using System.Net;
using Microsoft.AspNetCore.Builder;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Bounds;

/// <summary>A client that closes its connection stops the read that it asked for, so that the reader is free for others (S31).</summary>
public sealed class GoneClientTests
{
    [Fact]
    public async Task A_client_that_closes_its_connection_frees_its_reader()
    {
        var running = 0;
        await using var server = await TestServer.StartAsync(
            settings => settings.Storage.ConnectionString += TestEngine.Current is PostgresTestEngine ? ";Command Timeout=120" : "",
            map: app => app.Use(async (context, next) =>
            {
                Interlocked.Increment(ref running);
                try
                {
                    await next(context);
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            }));
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAsync("KEY");
        var path = $"/environments/{environment.Id}/history";
        var before = await environment.Workspace.AuditAsync();
        MakeEndless(server);

        using (var connection = await RawConnection.OpenAsync(server.Address))
        {
            await connection.SendAsync(
                $"GET {ApiClient.Base}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {environment.Workspace.Token}\r\n\r\n");
            await Until.HoldsAsync("the request runs", () => Task.FromResult(Volatile.Read(ref running) == 1));
        }

        await Until.HoldsAsync("the request has ended", () => Task.FromResult(Volatile.Read(ref running) == 0));

        server.Sql("DROP VIEW secret_changes");
        server.Sql("ALTER TABLE kept RENAME TO secret_changes");
        Assert.Equal((int)HttpStatusCode.OK, (await environment.Api.GetAsync(path)).Status);
        Assert.Equal(before.Count, (await environment.Workspace.AuditAsync()).Count);
        Assert.DoesNotContain(
            server.Log.Lines,
            line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning Secronna", StringComparison.Ordinal));
    }

    // Puts a view in place of a table. Reading it takes days.
    private static void MakeEndless(TestServer server)
    {
        server.Sql("ALTER TABLE secret_changes RENAME TO kept");
        server.Sql("""
            CREATE VIEW secret_changes AS SELECT * FROM kept WHERE (
                WITH RECURSIVE n (i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)
                SELECT count(*) FROM n) > 0
            """);
    }
}
