using System.Diagnostics;
using System.Text;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>The running server keeps its memory off the disk and away from others, unless told not to (S28).</summary>
public sealed class HardeningTests
{
    [Fact]
    public async Task Diagnostics_and_dumps_are_off_in_the_very_process_that_was_started()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        // The id is the one that was started: it executed itself again in place.
        var environment = (await File.ReadAllTextAsync($"/proc/{server.Id}/environ", Encoding.UTF8)).Split('\0');
        Assert.Contains("DOTNET_EnableDiagnostics=0", environment);
        Assert.Contains("DOTNET_DbgEnableMiniDump=0", environment);
        Assert.Contains("DOTNET_EnableCrashReport=0", environment);
        var limits = await File.ReadAllLinesAsync($"/proc/{server.Id}/limits");
        Assert.Matches(@"^Max core file size +0 +0 ", limits.Single(line => line.StartsWith("Max core", StringComparison.Ordinal)));
        Assert.Empty(DiagnosticsFiles(server.Id));
        Assert.DoesNotContain(ListeningUnixSockets(), path => path.Contains($"-{server.Id}-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task Another_process_of_the_same_user_may_look_into_it_with_diagnostics_on_alone(string diagnostics, bool mayLook)
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Diagnostics"] = diagnostics;
        await using var server = await RunningServer.StartAsync(WithoutTracing(ServerProgram.Start(
            installation.Folder.Path, installation.Environment, ["serve", "--urls", "http://127.0.0.1:0"])));
        using var look = Process.Start(WithoutTracing(new ProcessStartInfo("readlink", [$"/proc/{server.Id}/exe"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }))!;
        var seen = await look.StandardOutput.ReadToEndAsync();
        await look.WaitForExitAsync();
        Assert.Equal(mayLook ? ServerProgram.Path : "", seen.Trim());
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task With_diagnostics_on_the_runtime_keeps_its_port()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Diagnostics"] = "true";
        await using var server = await installation.ServeAsync();
        Assert.NotEmpty(DiagnosticsFiles(server.Id));
        // Stopped and not killed: then the runtime takes its files away.
        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(DiagnosticsFiles(server.Id));
    }

    [Fact]
    public async Task Files_are_their_owners_alone()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        var files = Directory.GetFiles(installation.DataFolder);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal("0077", (await File.ReadAllLinesAsync($"/proc/{server.Id}/status"))
            .Single(line => line.StartsWith("Umask:", StringComparison.Ordinal)).Split('\t')[1]);
    }

    // Root may trace anything; without that one capability, in both processes, it is a user like others.
    private static ProcessStartInfo WithoutTracing(ProcessStartInfo start)
    {
        if (Environment.IsPrivilegedProcess)
        {
            string[] arguments = ["--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", start.FileName, .. start.ArgumentList];
            start.FileName = "setpriv";
            start.ArgumentList.Clear();
            Array.ForEach(arguments, start.ArgumentList.Add);
        }

        return start;
    }

    private static string[] DiagnosticsFiles(int processId) =>
    [
        .. Directory.GetFileSystemEntries(Path.GetTempPath(), $"dotnet-diagnostic-{processId}-*"),
        .. Directory.GetFileSystemEntries(Path.GetTempPath(), $"clr-debug-pipe-{processId}-*"),
    ];

    private static IEnumerable<string> ListeningUnixSockets() =>
        File.ReadLines("/proc/net/unix").Where(line => line.Contains("dotnet-diagnostic", StringComparison.Ordinal));
}
