using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line as it is published: one native file, and a .NET program.</summary>
public sealed class NativeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_native_file_starts_without_NET_and_without_variables()
    {
        Assert.SkipUnless(ClientProgram.IsNative, $"{ClientProgram.NativeVariable} names no native file");
        var file = folder["secronna"];
        File.Copy(ClientProgram.CommandLine, file);
        await using (var opened = File.OpenRead(file))
        {
            var magic = new byte[4];
            await opened.ReadExactlyAsync(magic);
            Assert.Equal("\u007fELF"u8.ToArray(), magic);
        }

        Assert.Equal(new Ended(0, "0.1.0\n", ""), await ClientProgram.RunAsync("/usr/bin/env", folder.Path, [], "", "-i", file, "--version"));
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task The_program_also_runs_on_NET()
    {
        var host = ClientProgram.Beside("secronna");
        Assert.Equal(new Ended(0, "0.1.0\n", ""), await ClientProgram.RunAsync(host, folder.Path, [], "", "--version"));
        Assert.Equal(
            new Ended(0, "0.1.0\n", ""),
            await ClientProgram.RunAsync("/usr/bin/env", folder.Path, [], "", "dotnet", host + ".dll", "--version"));
        var refused = await ClientProgram.RunAsync(host, folder.Path, [new("HOME", folder.Path)], "", "auth", "whoami");
        Assert.Contains("Error [AUTH_REQUIRED]", refused.Error, StringComparison.Ordinal);
    }
}
