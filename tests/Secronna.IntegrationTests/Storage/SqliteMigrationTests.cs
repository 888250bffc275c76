using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteMigrationTests
{
    [Fact]
    public async Task A_dry_run_makes_no_file()
    {
        using var folder = new TemporaryFolder();
        var engine = SqliteDatabases.Engine(SqliteDatabases.ConnectionString(folder));
        Assert.Equal(Migrator.KnownFor(engine), await Migrator.PendingAsync(engine));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
