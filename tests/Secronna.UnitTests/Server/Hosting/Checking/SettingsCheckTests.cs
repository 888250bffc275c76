using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Secronna.Server.Hosting.Checking;
using Secronna.Server.Hosting.Configuration;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting.Checking;

/// <summary>What <c>check</c> says about settings and facts, and how bad it says that they are.</summary>
public sealed class SettingsCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    // Settings that nothing is to be said about.
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Secronna:DataFolder"] = "/data",
        ["Secronna:MasterKey:File"] = "/keys/master-keys",
        ["Secronna:Http:AllowedHosts:0"] = "secrets.example",
        ["Secronna:Http:TrustedProxies:0"] = "127.0.0.1",
    };

    [Fact]
    public void Good_settings_have_no_findings() => Assert.Empty(SettingsCheck.Find(Facts()));

    [Theory]
    [InlineData("danger", "Secronna__Diagnostics is true", "Diagnostics=true")]
    [InlineData("danger", "the master-key file /data/keys is in the data folder", "MasterKey:File=/data/keys")]
    [InlineData("danger", "the master-key file /data/old is in the data folder", "MasterKey:Previous:0:File=/data/old")]
    [InlineData("advice", "in an environment variable", "MasterKey:Provider=Environment")]
    [InlineData("advice", "AllowPlainHttp is true, and no address needs it", "Http:AllowPlainHttp=true")]
    [InlineData("advice", "listens on this machine alone, and Secronna__Http__TrustedProxies__0 is not set", "Http:TrustedProxies:0=")]
    [InlineData("warning", "trusts the whole network 10.0.0.0/8", "Http:TrustedProxies:0=10.0.0.0/8")]
    [InlineData("warning", "RevealsPerMinute is 0", "Limits:RevealsPerMinute=0")]
    [InlineData("warning", "RequestsPerMinute is 0", "Limits:RequestsPerMinute=0")]
    [InlineData("warning", "WritesPerMinute is 0", "Limits:WritesPerMinute=0")]
    [InlineData("warning", "WriteBytesPerMinute is 0", "Limits:WriteBytesPerMinute=0")]
    [InlineData("warning", "StoredBytesPerWorkspace is 0", "Limits:StoredBytesPerWorkspace=0")]
    [InlineData("warning", "RefusalsPerMinute is 0", "Limits:RefusalsPerMinute=0")]
    [InlineData("warning", "CredentialShare is 0", "Limits:CredentialShare=0")]
    [InlineData("warning", "WorkspaceShare is 0", "Limits:WorkspaceShare=0")]
    [InlineData("warning", "RequestsAtOnce is 0", "Limits:RequestsAtOnce=0")]
    [InlineData("warning", "RevealSeconds is 0", "Limits:RevealSeconds=0")]
    [InlineData("warning", "FailedAuthenticationsPerMinute is 0", "Limits:FailedAuthenticationsPerMinute=0")]
    [InlineData("warning", "MaxConnections is 0", "Http:MaxConnections=0")]
    [InlineData("warning", "MaxConnectionsPerAddress is 0", "Http:MaxConnectionsPerAddress=0")]
    [InlineData("advice", "RequireMfa is false", "Huudis:Issuer=https://i.example")]
    [InlineData("danger", "DefaultRole is owner", "Huudis:Issuer=https://i.example", "Huudis:DefaultRole=owner")]
    [InlineData("danger", "Audiences names account", "Huudis:Issuer=https://i.example", "Huudis:Audiences:0=account")]
    [InlineData("warning", "Claims__Subject is email", "Huudis:Issuer=https://i.example", "Huudis:Claims:Subject=email")]
    [InlineData("danger", "RequireHttpsMetadata is false", "Huudis:Issuer=https://i.example", "Huudis:RequireHttpsMetadata=false")]
    [InlineData("danger", "RequireHttpsMetadata is false", "Huudis:Issuer=http://i.example", "Huudis:RequireHttpsMetadata=false")]
    [InlineData("warning", "RequireHttpsMetadata is false", "Huudis:Issuer=http://127.0.0.1:1", "Huudis:RequireHttpsMetadata=false")]
    [InlineData("advice", "API keys may make credentials", "Huudis:Issuer=https://i.example", "Huudis:RequireMfa=true")]
    [InlineData("warning", "does not verify the server", "Storage:Provider=PostgreSql", "Storage:ConnectionString=Host=db.example")]
    [InlineData("advice", "holds the password", "Storage:Provider=PostgreSql", "Storage:ConnectionString=Host=/run/pg;Password=x")]
    public void A_setting_that_could_be_better_is_found(string severity, string what, params string[] settings)
    {
        var finding = Assert.Single(SettingsCheck.Find(Facts(settings)), finding => finding.What.Contains(what, StringComparison.Ordinal));
        Assert.Equal(severity, finding.SeverityName);
        Assert.StartsWith($"{severity}: {finding.What}. Why: ", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_a_proxy_that_is_not_named_as_trusted_the_server_is_in_danger()
    {
        var facts = Facts("Http:AllowPlainHttp=true", "Http:TrustedProxies:0=") with { Addresses = [BindingAddress.Parse("http://0.0.0.0:4230")] };
        Expect(facts, Severity.Danger, "Secronna__Http__TrustedProxies__0 is not set");
        Expect(facts, Severity.Warning, "http://0.0.0.0:4230 is plain HTTP beyond loopback");

        var named = Facts("Http:AllowPlainHttp=true", "Http:TrustedProxies:0=10.0.0.7") with { Addresses = facts.Addresses };
        Assert.DoesNotContain(SettingsCheck.Find(named), finding => finding.Severity == Severity.Danger);
    }

    [Fact]
    public void Host_names_that_are_not_set_are_a_warning_only_where_other_machines_can_connect()
    {
        var local = Facts() with { Settings = new Settings() };
        Expect(local, Severity.Advice, "AllowedHosts__0 is not set");
        Expect(local with { Addresses = [BindingAddress.Parse("https://0.0.0.0:443")] }, Severity.Warning, "AllowedHosts__0 is not set");
    }

    [Fact]
    public void A_runtime_with_known_faults_is_a_danger_and_an_accepted_one_a_warning()
    {
        var runtime = new Version(10, 0, 12);
        Expect(Facts() with { Runtime = runtime }, Severity.Danger, "the runtime 10.0.12 has known faults");
        Expect(Facts("AcceptRuntime=10.0.12") with { Runtime = runtime }, Severity.Warning, "the runtime 10.0.12 has known faults");
    }

    [Fact]
    public void A_certificate_is_a_danger_when_clients_refuse_it_and_a_warning_before()
    {
        Expect(Certificate(-10, -1), Severity.Danger, "is not valid now");
        Expect(Certificate(1, 10), Severity.Danger, "is not valid now");
        Expect(Certificate(-10, 13), Severity.Warning, "expires at");
        Expect(Certificate(-10, 90, "secrets.example"), Severity.Danger, "is not for secrets.example");
        Assert.Empty(SettingsCheck.Find(Certificate(-10, 90)));
    }

    [Fact]
    public void The_state_of_the_database_and_the_disk_is_judged()
    {
        Expect(Facts() with { Database = new(0, Exists: true, KeysWithoutExpiry: 3) }, Severity.Warning, "3 API key(s) and access key(s) never expire");
        Expect(Facts() with { Database = new(2, Exists: true, 0) }, Severity.Danger, "needs 2 migration(s)");
        Expect(Facts() with { Database = new(2, Exists: false, 0) }, Severity.Warning, "there is no database yet");
        Expect(Facts() with { FreeBytes = 255 << 20 }, Severity.Danger, "255 MiB left");
        Expect(Facts() with { FreeBytes = 1000 << 20 }, Severity.Warning, "1000 MiB left");
        Expect(Facts() with { IsReserveOff = true }, Severity.Warning, "ReservedBytes is 0");
    }

    [Fact]
    public void What_would_stop_the_start_is_a_danger_once_and_comes_first()
    {
        var findings = SettingsCheck.Find(Facts("Limits:RevealsPerMinute=0") with { Obstacles = ["no database", "no database"] });
        Assert.Equal(["no database", "Secronna__Limits__RevealsPerMinute is 0, which is no limit"], findings.Select(finding => finding.What));
        Assert.Equal(Severity.Danger, findings[0].Severity);
    }

    private static void Expect(CheckedFacts facts, Severity severity, string what) => Assert.Equal(
        severity, Assert.Single(SettingsCheck.Find(facts), finding => finding.What.Contains(what, StringComparison.Ordinal)).Severity);

    private static CheckedFacts Certificate(int from, int to, params string[] otherNames) =>
        Facts() with { Certificate = new(Now.AddDays(from), Now.AddDays(to), otherNames) };

    private static CheckedFacts Facts(params string[] settings) => new()
    {
        Settings = SettingsReader.Read(
            new ConfigurationBuilder().AddInMemoryCollection(Good).AddInMemoryCollection(
                settings.Select(setting => setting.Split('=', 2))
                    .Select(parts => new KeyValuePair<string, string?>($"Secronna:{parts[0]}", parts[1].Length > 0 ? parts[1] : null))).Build(),
            "https://secrets.example"),
        Runtime = new Version(10, 0, 15),
        Addresses = [BindingAddress.Parse("http://127.0.0.1:4230")],
        Database = new(0, Exists: true, KeysWithoutExpiry: 0),
        FreeBytes = 10L << 30,
        Now = Now,
    };
}
