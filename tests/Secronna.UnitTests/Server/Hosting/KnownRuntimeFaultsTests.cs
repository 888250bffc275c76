using System.Text.RegularExpressions;
using Secronna.Server.Hosting;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

/// <summary>On which runtimes <c>serve</c> runs.</summary>
public sealed partial class KnownRuntimeFaultsTests
{
    [Theory]
    [InlineData("10.0.13")]
    [InlineData("10.0.15")]
    [InlineData("11.0.0")]
    public void A_runtime_without_known_faults_is_accepted_without_a_setting(string runtime)
    {
        Assert.Null(KnownRuntimeFaults.Of(Version.Parse(runtime)));
        KnownRuntimeFaults.Require(Version.Parse(runtime), accepted: null);
    }

    [Theory]
    [InlineData("10.0.12", null)]
    [InlineData("10.0.12", "10.0.11")]
    [InlineData("10.0.11", "10.0.12")]
    [InlineData("10.0.0", "10.0.13")]
    [InlineData("9.0.99", null)]
    public void A_runtime_with_known_faults_is_refused_unless_its_own_version_is_accepted(string runtime, string? accepted)
    {
        var running = Version.Parse(runtime);
        var refusal = Assert.Throws<SettingsException>(
            () => KnownRuntimeFaults.Require(running, accepted is null ? null : Version.Parse(accepted)));
        Assert.Contains(runtime, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("10.0.13", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"Secronna__AcceptRuntime={runtime}", refusal.Message, StringComparison.Ordinal);
        KnownRuntimeFaults.Require(running, accepted: running);
    }

    [Fact]
    public void The_faults_that_an_older_runtime_has_besides_are_named()
    {
        Assert.Contains("CVE-2026-26130", KnownRuntimeFaults.Of(new Version(10, 0, 3)), StringComparison.Ordinal);
        Assert.DoesNotContain("CVE-2026-26130", KnownRuntimeFaults.Of(new Version(10, 0, 4)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtime_that_is_published_with_the_server_has_no_known_fault()
    {
        var project = string.Join('\n', File.ReadAllLines(Path.Combine(LayoutTests.Root(), "src", "Secronna.Server", "Secronna.Server.csproj")));
        Assert.Null(KnownRuntimeFaults.Of(Version.Parse(PublishedVersion().Match(project).Groups[1].Value)));
    }

    [Fact]
    public void The_running_version_is_that_of_the_framework() => Assert.Equal(Environment.Version, KnownRuntimeFaults.Running);

    [GeneratedRegex("<RuntimeFrameworkVersion[^>]*>([0-9.]+)<")]
    private static partial Regex PublishedVersion();
}
