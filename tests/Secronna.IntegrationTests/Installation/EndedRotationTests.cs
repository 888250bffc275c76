using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Installation;

/// <summary>
/// S8, S15: a command may be killed after it ended a rotation of the master key and before it erased the log. A running server
/// erases the log instead.
/// </summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class EndedRotationTests
{
    [Theory]
    [InlineData("UPDATE installation SET rotation_began_at = NULL, worker = NULL, worked_until = 0", true)]
    [InlineData("UPDATE installation SET active_master_key_id = 'mk_2'", false)]
    public async Task A_server_that_sees_a_rotation_ended_by_another_process_truncates_the_log(string end, bool isSeenRunning)
    {
        await using var installation = await TestInstallation.CreateAsync();
        using var other = installation.ConnectToTamper();
        if (isSeenRunning)
        {
            other.Run("UPDATE installation SET rotation_began_at = 1, worker = 'another', worked_until = @end", ("@end", long.MaxValue));
        }

        var worker = installation.Services.GetRequiredService<KeyWorker>();
        await worker.StartAsync(CancellationToken.None);
        if (!isSeenRunning)
        {
            await LogIsEmptyAsync(installation);
        }

        other.Run(end);
        Assert.True(LogOf(installation).Length > 0);
        await LogIsEmptyAsync(installation);
        await worker.StopAsync(CancellationToken.None);
    }

    private static Task<TimeSpan> LogIsEmptyAsync(TestInstallation installation) => Until.HoldsAsync(
        "the log is truncated", () => LogOf(installation) is not { Exists: true, Length: > 0 });

    private static FileInfo LogOf(TestInstallation installation) =>
        new(new SqliteConnectionStringBuilder(installation.Database.ConnectionString).DataSource + "-wal");
}
