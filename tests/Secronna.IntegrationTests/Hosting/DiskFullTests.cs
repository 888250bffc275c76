using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>When PostgreSQL reports a full disk, writes are refused for a while and then tried again (S31).</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class DiskFullTests
{
    [Fact]
    public async Task A_full_disk_of_the_database_refuses_writes_for_a_while_and_reveals_go_on()
    {
        Assert.SkipWhen(TestEngine.Current is SqliteTestEngine, "the disk of SQLite is tested end to end");
        FakeTimeProvider time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A", "1");
        server.Sql("""
            CREATE FUNCTION refuse_for_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$
            """);
        server.Sql("CREATE TRIGGER broken BEFORE INSERT ON secret_versions FOR EACH ROW EXECUTE FUNCTION refuse_for_disk()");

        (await environment.PutAsync("A", "2")).IsError(503, "UNAVAILABLE");
        var space = server.Services.GetRequiredService<DiskSpace>();
        await Until.HoldsAsync("the server has seen that the disk is full", () => Pass(time, TimeSpan.FromSeconds(1), () => space.IsLow));
        server.Sql("DROP TRIGGER broken ON secret_versions");

        Assert.Contains("disk is nearly full", (await environment.PutAsync("A", "2")).IsError(503, "UNAVAILABLE").Message, StringComparison.Ordinal);
        (await environment.RevealAsync(id)).Is(200);
        await Until.HoldsAsync("the server tries again", () => Pass(time, TimeSpan.FromSeconds(1), () => !space.IsLow));
        (await environment.PutAsync("A", "2")).Is(201);
    }

    private static bool Pass(FakeTimeProvider time, TimeSpan by, Func<bool> holds)
    {
        if (holds())
        {
            return true;
        }

        time.Advance(by);
        return holds();
    }
}
