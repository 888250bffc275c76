using Microsoft.Extensions.Configuration;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

/// <summary>Which addresses the server may listen on, and which settings about client addresses it refuses.</summary>
public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:4230", true)]
    [InlineData("http://127.8.9.1:80", true)]
    [InlineData("http://[::1]:4230", true)]
    [InlineData("http://localhost:4230", true)]
    [InlineData("http://LOCALHOST:4230", true)]
    [InlineData("https://0.0.0.0:443", true)]
    [InlineData("http://unix:/run/secronna.sock", true)]
    [InlineData("http://0.0.0.0:4230", false)]
    [InlineData("http://[::]:4230", false)]
    [InlineData("http://*:4230", false)]
    [InlineData("http://+:4230", false)]
    [InlineData("http://10.0.0.1:4230", false)]
    [InlineData("http://localhost.example.com:4230", false)]
    [InlineData("http://127.0.0.1.example.com:4230", false)]
    [InlineData("HTTP://0.0.0.0:4230", false)]
    [InlineData("nonsense", false)]
    public void Plain_HTTP_is_allowed_on_loopback_only(string url, bool safe)
    {
        var none = new ConfigurationBuilder().Build();
        var refusal = Record.Exception(() => ListenAddresses.RequireSafe([url], none, new Settings()));
        Assert.Equal(safe, refusal is null);
        Assert.True(refusal is null or SettingsException);
        var endpoint = new ConfigurationBuilder().AddInMemoryCollection([new("Kestrel:Endpoints:A:Url", url)]).Build();
        Assert.Equal(safe, Record.Exception(() => ListenAddresses.RequireSafe([], endpoint, new Settings())) is null);
        if (url != "nonsense")
        {
            var settings = new Settings { Http = { AllowPlainHttp = true } };
            ListenAddresses.RequireSafe([url], none, settings);
        }
    }

    [Theory]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", false)]
    [InlineData("DOTNET_ForwardedHeaders_Enabled", "True", false)]
    [InlineData("ForwardedHeaders_Enabled", "TRUE", false)]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false", true)]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:0", true)]
    public void A_setting_by_which_any_sender_could_choose_its_address_is_refused(string name, string text, bool passes)
    {
        var refusal = Record.Exception(() => ListenAddresses.RequireNoForwarding(
            new ConfigurationBuilder().AddInMemoryCollection([new(name, text)]).Build()));
        Assert.Equal(passes, refusal is null);
        Assert.True(passes || (refusal is SettingsException && refusal.Message.StartsWith(name.ToUpperInvariant(), StringComparison.Ordinal)));
    }
}
