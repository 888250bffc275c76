using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys.Local;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>The server refuses unsafe settings and files that other users can access, before it changes anything (S28).</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
[FlawClass("files")]
public sealed class PrivateFilesTests
{
    [Theory]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    [InlineData("", "700", UnixFileMode.OtherExecute)]
    [InlineData("", "700", UnixFileMode.OtherRead)]
    [InlineData("secronna.db", "600", UnixFileMode.OtherRead)]
    [InlineData("secronna.db", "600", UnixFileMode.OtherWrite)]
    [InlineData("secronna.db-wal", "600", UnixFileMode.OtherRead)]
    [InlineData("secronna.db-shm", "600", UnixFileMode.OtherRead)]
    public async Task A_start_is_refused_if_other_users_can_access_the_folder_or_the_files_of_the_database(string open, string mode, UnixFileMode bit)
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

        MasterKeyFile.Generate(folder["keys"], "mk_1");
        var path = open.Length == 0 ? data : Path.Combine(data, open);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | bit);

        foreach (var setting in (KeyValuePair<string, string>[])[new("Secronna__DataFolder", data), new("Secronna__Storage__ConnectionString", $"Data Source={data}/secronna.db")])
        {
            var ended = await ServerProgram.RunAsync(
                folder.Path, [setting, new("Secronna__MasterKey__File", folder["keys"])], "serve", "--migrate", "--urls", "http://127.0.0.1:0");

            Assert.Equal(1, ended.ExitCode);
            Assert.Contains("other users can use", ended.Error, StringComparison.Ordinal);
            Assert.Contains($"{path}: run chmod {mode}", ended.Error, StringComparison.Ordinal);
            Assert.Equal(0, new FileInfo(Path.Combine(data, "secronna.db")).Length);
        }
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("dev")]
    public async Task A_start_is_refused_if_every_sender_would_be_trusted_to_name_its_address(string command)
    {
        using var folder = new TemporaryFolder();

        var ended = await ServerProgram.RunAsync(
            folder.Path, [new("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"), new("Secronna__DataFolder", folder["data"])], command);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("ASPNETCORE_FORWARDEDHEADERS_ENABLED trusts every sender", ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
