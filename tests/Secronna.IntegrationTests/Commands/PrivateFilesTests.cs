using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.MasterKeys.Local;
using Xunit;

namespace Secronna.IntegrationTests.Commands;

/// <summary><c>serve</c> refuses files that others can read, before it changes anything (S28).</summary>
public sealed class PrivateFilesTests
{
    [Theory]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    [InlineData("", "700", UnixFileMode.OtherExecute)]
    [InlineData("", "700", UnixFileMode.GroupRead)]
    [InlineData("secronna.db", "600", UnixFileMode.OtherRead)]
    [InlineData("secronna.db", "600", UnixFileMode.GroupWrite)]
    [InlineData("secronna.db-wal", "600", UnixFileMode.OtherRead)]
    [InlineData("secronna.db-shm", "600", UnixFileMode.GroupRead)]
    public async Task A_folder_or_file_of_the_database_that_others_can_use_stops_the_start(string open, string mode, UnixFileMode bit)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        Directory.CreateDirectory(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var name in (string[])["secronna.db", "secronna.db-wal", "secronna.db-shm"])
        {
            await File.WriteAllBytesAsync(Path.Combine(data, name), []);
            File.SetUnixFileMode(Path.Combine(data, name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        MasterKeyFile.Generate(folder.File("keys"), "mk_1");
        var path = open.Length == 0 ? data : Path.Combine(data, open);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | bit);

        foreach (var setting in new[] { ("Secronna__DataFolder", data), ("Secronna__Storage__ConnectionString", $"Data Source={data}/secronna.db") })
        {
            var (code, errors) = await ServerProcess.RunAsync(
                folder.Path, ["serve", "--migrate", "--urls", "http://127.0.0.1:0"], setting, ("Secronna__MasterKey__File", folder.File("keys")));

            Assert.Equal(1, code);
            Assert.Contains("other users can use", errors, StringComparison.Ordinal);
            Assert.Contains($"{path}: run chmod {mode}", errors, StringComparison.Ordinal);
            Assert.Equal(0, new FileInfo(Path.Combine(data, "secronna.db")).Length);
        }
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("dev")]
    public async Task A_server_that_would_believe_a_senders_word_for_its_address_does_not_start(string command)
    {
        using var folder = new TemporaryFolder();

        var (code, errors) = await ServerProcess.RunAsync(
            folder.Path, [command], ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"), ("Secronna__DataFolder", folder.File("data")));

        Assert.Equal(1, code);
        Assert.Contains("ASPNETCORE_FORWARDEDHEADERS_ENABLED trusts every sender", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
