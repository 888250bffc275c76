using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Secronna.EndToEndTests.Running;
using Secronna.Server.Hosting.Configuration;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>The shipped systemd unit.</summary>
public sealed partial class SystemdUnitTests : IDisposable
{
    private static readonly string[] Required =
    [
        "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes",
        "CapabilityBoundingSet=", "LimitCORE=0", "UMask=0077", "SystemCallFilter=@system-service", "StateDirectoryMode=0700",
    ];

    private readonly TemporaryFolder folder = new();
    private readonly string[] lines = File.ReadAllLines(DeployFiles.PathOf("secronna.service"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_unit_isolates_the_service_from_the_machine() =>
        Assert.All(Required, line => Assert.Contains(line, lines));

    [Fact]
    public void All_settings_in_the_unit_and_in_the_environment_file_exist()
    {
        var named = lines.Where(line => line.StartsWith("Environment=", StringComparison.Ordinal)).Select(line => line["Environment=".Length..])
            .Concat(File.ReadAllLines(DeployFiles.PathOf("three-nodes/secronna.env")).Where(line => line.Length > 0 && line[0] != '#'))
            .Select(line => line.Split('=', 2))
            .Where(pair => pair[0].StartsWith("Secronna__", StringComparison.Ordinal))
            .GroupBy(pair => pair[0].Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair[1].Trim('"'))
            .ToDictionary(group => group.Key, group => group.Last());
        // The reader refuses unknown settings.
        var settings = SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(named).Build());
        Assert.Equal("%S/secronna", settings.DataFolder);
        Assert.StartsWith("Host=", settings.Storage.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_analyze_finds_no_fault_in_the_unit()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd is not installed");
        // The unit starts the program of this build in place of the installed one.
        var unit = folder["secronna.service"];
        await File.WriteAllLinesAsync(unit, lines.Select(line => Program().Replace(line, ServerProgram.Path)));
        var ended = await ClientProgram.RunAsync("/usr/bin/systemd-analyze", folder.Path, [], "", "verify", "--man=no", unit);
        Assert.DoesNotContain("secronna", ended.Error, StringComparison.Ordinal);
        Assert.Equal(0, ended.ExitCode);
    }

    [GeneratedRegex("/opt/secronna/secronna-server")]
    private static partial Regex Program();
}
