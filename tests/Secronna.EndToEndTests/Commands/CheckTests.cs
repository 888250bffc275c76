using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Commands;

/// <summary><c>check</c> on a real installation. It changes nothing, and exits with 1 on what is dangerous or can't work.</summary>
public sealed class CheckTests
{
    [Fact]
    public async Task A_sound_installation_is_not_in_danger_and_is_told_of_keys_without_expiry()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Http__AllowedHosts__0"] = "secrets.example";
        var before = await File.ReadAllBytesAsync(installation.DatabaseFile);

        var ended = await installation.RunAsync("check");

        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Contains("warning: 1 API key(s) and access key(s) never expire", ended.Out, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(installation.DatabaseFile));
    }

    [Fact]
    public async Task Everything_that_stops_the_start_is_named_at_once()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Nonsense"] = "1";
        installation.Environment["Secronna__Limits__ValueBytes"] = "many";
        installation.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "localhost:4317";
        File.Delete(installation.MasterKeyFile);

        var ended = await installation.RunAsync("check", "--json", "--urls", "http://0.0.0.0:4230");

        Assert.Equal((1, ""), (ended.ExitCode, ended.Error));
        var dangers = ended.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string)line["severity"]! == "danger").Select(line => (string)line["what"]!).ToList();
        foreach (var part in (string[])["Secronna__Nonsense", "Secronna__Limits__ValueBytes", "OTEL_EXPORTER_OTLP_ENDPOINT", installation.MasterKeyFile, "plain HTTP beyond loopback"])
        {
            Assert.Contains(dangers, what => what.Contains(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Two_variables_for_one_setting_and_sockets_that_cannot_be_made_are_named_as_at_a_start()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.Environment["Secronna__Limits__ValueBytes"] = "1000";
        installation.Environment["SECRONNA__Limits__ValueBytes"] = "2000";
        await File.WriteAllTextAsync(installation.Folder["file"], "text");
        foreach (var (path, said) in ((string, string)[])
            [("/nowhere/at/all.sock", "there is no folder for the socket"), (installation.Folder["file"], "because another file is there"), ("/" + new string('s', 108), "at most 107 bytes")])
        {
            var ended = await installation.RunAsync("check", "--urls", "http://unix:" + path);

            Assert.Equal(1, ended.ExitCode);
            Assert.Contains("danger: the variables SECRONNA__Limits__ValueBytes and Secronna__Limits__ValueBytes name one setting", ended.Out, StringComparison.Ordinal);
            Assert.Contains(said, ended.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_out_of_reach_is_a_finding_that_names_it_without_the_password()
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.Environment.Remove("Secronna__DataFolder");
        installation.UsePostgres($"Host=127.0.0.1;Port={FreePort.Next()};Database=s;Username=o;Password=hunter2");
        var ended = await installation.RunAsync("check");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("danger: there is no connection to PostgreSQL (s on 127.0.0.1", ended.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ended.Out + ended.Error, StringComparison.Ordinal);
    }
}
