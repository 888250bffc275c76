using System.Diagnostics;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>Faults of the surroundings: messages name the file, its owner or the setting, or the server goes on.</summary>
public sealed class EnvironmentFaultTests
{
    private const int Nobody = 65_534;

    [Fact]
    public async Task Settings_and_key_files_with_Windows_line_ends_work()
    {
        using var installation = await TestInstallation.CreateAsync();
        foreach (var name in installation.Environment.Keys.ToList())
        {
            installation.Environment[name] += "\r";
        }

        await File.WriteAllTextAsync(installation.MasterKeyFile, (await File.ReadAllTextAsync(installation.MasterKeyFile)).Replace("\n", "\r\n", StringComparison.Ordinal));
        await using var server = await installation.ServeAsync();
    }

    [Fact]
    public async Task A_control_character_within_a_setting_is_named()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__DataFolder"] = "/data\r\n/more";
        var ended = await installation.RunAsync("workspace", "list");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("Secronna__DataFolder holds a control character", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_may_have_any_name_and_migrate_makes_it()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        var folder = installation.Folder["new;folder = \"x\""];
        installation.Environment["Secronna__DataFolder"] = folder;
        await installation.DoAsync("migrate");
        Assert.True(File.Exists(Path.Combine(folder, "secronna.db")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        await using var server = await installation.ServeAsync();
    }

    [Fact]
    public async Task A_deleted_working_folder_is_named()
    {
        using var installation = await TestInstallation.CreateAsync();
        var start = ServerProgram.Start(installation.Folder.Path, installation.Environment, []);
        start.ArgumentList.Clear();
        start.FileName = "sh";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"mkdir gone && cd gone && rmdir ../gone && exec '{ServerProgram.Path}' workspace list");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(Until.Patience);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("Error: the working folder was deleted", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_database_that_belongs_to_root_is_named_with_its_owner()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to run the server as another user");
        using var installation = await TestInstallation.CreateAsync();
        await File.WriteAllBytesAsync(installation.DatabaseFile + "-wal", []);
        File.SetUnixFileMode(installation.DatabaseFile + "-wal", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] given = [installation.Folder.Path, installation.MasterKeyFile, installation.DataFolder, installation.DatabaseFile];
        await RunAsync("chown", [$"{Nobody}:{Nobody}", .. given]);
        var ended = await RunAsync(ServerProgram.Start(installation.Folder.Path, installation.Environment, [
            $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", ServerProgram.Path, "workspace", "list"]), "setpriv");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"{installation.DatabaseFile}-wal belongs to root (0)", ended.Error, StringComparison.Ordinal);
        Assert.Contains($"run chown {Nobody} {installation.DatabaseFile}-wal", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_an_orchestrator_mounts_for_a_group_of_the_server_is_private_enough()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to give files to other users and groups");
        using var installation = await TestInstallation.CreateAsync();
        using var certificates = new Secronna.Tests.Tls.ServerCertificates();
        installation.UseTls(certificates);
        // As Kubernetes does with fsGroup 2000: the secret is root's and readable by the group, the volume is usable by the group.
        await RunAsync("chown", ["-R", "0:2000", installation.Folder.Path]);
        await RunAsync("chmod", ["0440", installation.MasterKeyFile, installation.Folder["tls.key"]]);
        await RunAsync("chmod", ["2770", installation.Folder.Path, installation.DataFolder]);
        await RunAsync("chmod", ["0660", installation.DatabaseFile]);

        string[] user = [$"--reuid=1000660000", "--regid=0", "--groups=2000", ServerProgram.Path, "serve", "--urls", "https://127.0.0.1:0"];
        var start = ServerProgram.Start(installation.Folder.Path, installation.Environment, user);
        start.FileName = "setpriv";
        await using var server = await RunningServer.StartAsync(start, certificates.Root);
        Assert.Equal(0, await server.StopAsync());

        await RunAsync("chgrp", ["3000", installation.MasterKeyFile]);
        await RunAsync("chmod", ["0444", installation.MasterKeyFile]);
        var refused = await RunAsync(ServerProgram.Start(installation.Folder.Path, installation.Environment, user), "setpriv");
        Assert.Contains("others can read", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_needs_no_folder_for_temporary_files()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["TMPDIR"] = "/nowhere";
        await using var server = await installation.ServeAsync();
    }

    [Fact]
    public async Task Serve_refuses_a_runtime_with_known_faults_that_no_setting_accepts()
    {
        Assert.SkipUnless(Secronna.Server.Hosting.KnownRuntimeFaults.Of(Environment.Version) is not null, "this machine's runtime has no known faults");
        using var installation = await TestInstallation.CreateAsync();
        var start = ServerProgram.Start(installation.Folder.Path, installation.Environment, ["serve", "--urls", "http://127.0.0.1:0"]);
        start.Environment.Remove(ServerProgram.AcceptedRuntime);
        var ended = await RunAsync(start, Path.Combine(AppContext.BaseDirectory, "secronna-server"));
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"set {ServerProgram.AcceptedRuntime}={Environment.Version}", ended.Error, StringComparison.Ordinal);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<Ended> RunAsync(ProcessStartInfo start, string program)
    {
        start.FileName = program;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(Until.Patience);
            return new Ended(process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
