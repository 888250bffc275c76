using System.Diagnostics;
using System.Text;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>
/// A running server writes none of its memory to disk and lets no other process read it, unless diagnostics are switched on
/// (S28).
/// </summary>
[FlawClass("files")]
public sealed class HardeningTests
{
    [Fact]
    public async Task Diagnostics_and_core_dumps_are_off_in_the_process_that_was_started()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        // The server executes itself again in place with these variables set, so the process id stays the same.
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
    public async Task Another_process_of_the_same_user_can_inspect_the_server_only_with_diagnostics_on(string diagnostics, bool canInspect)
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Diagnostics"] = diagnostics;
        await using var server = await RunningServer.StartAsync(WithoutTracing(ServerProgram.Start(
            installation.Folder.Path, installation.Environment, ["serve", "--urls", "http://127.0.0.1:0"])));
        using var readlink = Process.Start(WithoutTracing(new ProcessStartInfo("readlink", [$"/proc/{server.Id}/exe"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }))!;
        var target = await readlink.StandardOutput.ReadToEndAsync();
        await readlink.WaitForExitAsync();
        Assert.Equal(canInspect ? ServerProgram.Path : "", target.Trim());
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task With_diagnostics_on_the_runtime_opens_its_diagnostics_port()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Diagnostics"] = "true";
        await using var server = await installation.ServeAsync();
        Assert.NotEmpty(DiagnosticsFiles(server.Id));
        // The runtime removes these files at an orderly stop; after a kill they would stay.
        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(DiagnosticsFiles(server.Id));
    }

    [Fact]
    public async Task Files_in_the_data_folder_are_accessible_to_their_owner_only()
    {
        using var installation = await TestInstallation.CreateAsync();
        await using var server = await installation.ServeAsync();
        var files = Directory.GetFiles(installation.DataFolder);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal("0077", (await File.ReadAllLinesAsync($"/proc/{server.Id}/status"))
            .Single(line => line.StartsWith("Umask:", StringComparison.Ordinal)).Split('\t')[1]);
    }

    // Root may trace any process. Without CAP_SYS_PTRACE in both processes, root is limited as any other user is.
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
