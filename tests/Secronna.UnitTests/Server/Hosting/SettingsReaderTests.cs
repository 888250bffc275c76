using Microsoft.Extensions.Configuration;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Without_any_setting_the_defaults_are_those_of_the_documentation()
    {
        var settings = Read();
        Assert.Equal("Sqlite", settings.Storage.Provider);
        Assert.Null(settings.ConnectionString);
        Assert.Equal("File", settings.MasterKey.Provider);
        Assert.Null(settings.MasterKey.File);
        Assert.Null(settings.MasterKey.Library);
        Assert.Null(settings.MasterKey.Token);
        Assert.Null(settings.MasterKey.PinFile);
        Assert.Empty(settings.MasterKey.KeyIds);
        Assert.Null(settings.MasterKey.Region);
        Assert.Null(settings.MasterKey.Endpoint);
        Assert.Empty(settings.MasterKey.Previous);
        Assert.Null(settings.Keys.OldestKek);
        Assert.Null(settings.Huudis.Issuer);
        Assert.Empty(settings.Huudis.Audiences);
        Assert.Equal("restricted", settings.Huudis.DefaultRole);
        Assert.Equal(TimeSpan.FromHours(24), settings.Huudis.MaxTokenLifetime);
        Assert.True(settings.Huudis.RequireHttpsMetadata);
        Assert.True(settings.Access.KeysMayGrant);
        Assert.Equal((120_000, 60), (settings.Limits.RequestsPerMinute, settings.Limits.FailedAuthenticationsPerMinute));
        Assert.Equal((60_000, 240_000), (settings.Limits.RevealsPerMinute, settings.Limits.RevealsPerMinutePerWorkspace));
        Assert.Equal((60_000, 240_000), (settings.Limits.WritesPerMinute, settings.Limits.WritesPerMinutePerWorkspace));
        Assert.Equal((134_217_728, 536_870_912), (settings.Limits.WriteBytesPerMinute, settings.Limits.WriteBytesPerMinutePerWorkspace));
        Assert.Equal((10_737_418_240, 268_435_456), (settings.Limits.StoredBytesPerWorkspace, settings.Storage.ReservedBytes));
        Assert.Equal((65_536, 120, 1_000), (settings.Limits.ValueBytes, settings.Limits.NameLength, settings.Limits.CommentLength));
        Assert.Equal((500, 5_000, 16 << 20), (settings.Limits.BatchKeys, settings.Limits.EnvironmentKeys, settings.Limits.RevealBytes));
        Assert.Equal((512 << 10, 4 << 20), (settings.Limits.BodyBytes, settings.Limits.BatchBodyBytes));
        Assert.False(settings.Http.AllowPlainHttp);
        Assert.Equal((null, null), (settings.Http.Certificate, settings.Http.CertificateKey));
        Assert.Empty(settings.Http.AllowedHosts);
        Assert.Empty(settings.Http.TrustedProxies);
        Assert.Equal((4_000, 250), (settings.Http.MaxConnections, settings.Http.MaxConnectionsPerAddress));
        Assert.False(settings.Diagnostics);
    }

    private static readonly (string Name, string Text, Func<Settings, object?> Setting, object? Value)[] Every =
    [
        ("Storage:Provider", "postgresql", settings => settings.Storage.Provider, "PostgreSql"),
        ("Storage:ConnectionString", "Data Source=x", settings => settings.ConnectionString, "Data Source=x"),
        ("DataFolder", "d", settings => settings.ConnectionString, "Data Source=d/secronna.db"),
        ("MasterKey:Provider", "environment", settings => settings.MasterKey.Provider, "Environment"),
        ("MasterKey:File", "f", settings => settings.MasterKey.File, "f"),
        ("MasterKey:Provider", "pkcs11", settings => settings.MasterKey.Provider, "Pkcs11"),
        ("MasterKey:Provider", "awskms", settings => settings.MasterKey.Provider, "AwsKms"),
        ("MasterKey:Library", "/l.so", settings => settings.MasterKey.Library, "/l.so"),
        ("MasterKey:Token", "t", settings => settings.MasterKey.Token, "t"),
        ("MasterKey:PinFile", "pin", settings => settings.MasterKey.PinFile, "pin"),
        ("MasterKey:KeyIds:0", "arn:aws:kms:k", settings => settings.MasterKey.KeyIds.Single(), "arn:aws:kms:k"),
        ("MasterKey:Region", "eu-central-1", settings => settings.MasterKey.Region, "eu-central-1"),
        ("MasterKey:Endpoint", "https://kms.example.com", settings => settings.MasterKey.Endpoint, "https://kms.example.com"),
        ("MasterKey:Previous:0:KeyIds:0", "k", settings => settings.MasterKey.Previous[0].KeyIds.Single(), "k"),
        ("MasterKey:Previous:0:PinFile", "pin", settings => settings.MasterKey.Previous[0].PinFile, "pin"),
        ("MasterKey:Previous:0:File", "p", settings => settings.MasterKey.Previous[0].File, "p"),
        ("MasterKey:Previous:1:Provider", "Environment", settings => settings.MasterKey.Previous[1].Provider, "Environment"),
        ("Keys:RotateAfterDays", "0", settings => settings.Keys.OldestKek, null),
        ("Keys:RotateAfterDays", "1", settings => settings.Keys.OldestKek, TimeSpan.FromDays(1)),
        ("Keys:RotateAfterDays", "3650", settings => settings.Keys.OldestKek, TimeSpan.FromDays(3_650)),
        ("Huudis:Audiences:0", "mine", settings => settings.Huudis.Audiences.Single(), "mine"),
        ("Huudis:RequireHttpsMetadata", "false", settings => settings.Huudis.RequireHttpsMetadata, false),
        ("Storage:ReservedBytes", "9000000000", settings => settings.Storage.ReservedBytes, 9_000_000_000),
        ("Limits:RequestsPerMinute", "1", settings => settings.Limits.RequestsPerMinute, 1),
        ("Limits:RequestsPerMinutePerWorkspace", "7", settings => settings.Limits.RequestsPerMinutePerWorkspace, 7),
        ("Limits:RevealsPerMinutePerWorkspace", "2", settings => settings.Limits.RevealsPerMinutePerWorkspace, 2),
        ("Limits:WritesPerMinute", "3", settings => settings.Limits.WritesPerMinute, 3),
        ("Limits:WritesPerMinutePerWorkspace", "4", settings => settings.Limits.WritesPerMinutePerWorkspace, 4),
        ("Limits:WriteBytesPerMinute", "5000000000", settings => settings.Limits.WriteBytesPerMinute, 5_000_000_000),
        ("Limits:WriteBytesPerMinutePerWorkspace", "6", settings => settings.Limits.WriteBytesPerMinutePerWorkspace, 6L),
        ("Limits:StoredBytesPerWorkspace", "0", settings => settings.Limits.StoredBytesPerWorkspace, 0L),
        ("Access:KeysMayGrant", "false", settings => settings.Access.KeysMayGrant, false),
        ("Limits:RevealsPerMinute", "0", settings => settings.Limits.RevealsPerMinute, 0),
        ("Limits:FailedAuthenticationsPerMinute", "1", settings => settings.Limits.FailedAuthenticationsPerMinute, 1),
        ("Limits:ValueBytes", "1", settings => settings.Limits.ValueBytes, 1),
        ("Limits:NameLength", "10", settings => settings.Limits.NameLength, 10),
        ("Limits:CommentLength", "0", settings => settings.Limits.CommentLength, 0),
        ("Limits:BatchKeys", "500", settings => settings.Limits.BatchKeys, 500),
        ("Limits:Credentials", "8", settings => settings.Limits.Credentials, 8),
        ("Limits:EnvironmentKeys", "9", settings => settings.Limits.EnvironmentKeys, 9),
        ("Limits:RevealBytes", "9", settings => settings.Limits.RevealBytes, 9),
        ("Limits:BodyBytes", "1024", settings => settings.Limits.BodyBytes, 1_024),
        ("Limits:BatchBodyBytes", "2048", settings => settings.Limits.BatchBodyBytes, 2_048),
        ("Http:AllowPlainHttp", "true", settings => settings.Http.AllowPlainHttp, true),
        ("Http:Certificate", "c.pem", settings => settings.Http.Certificate, "c.pem"),
        ("Http:CertificateKey", "k.pem", settings => settings.Http.CertificateKey, "k.pem"),
        ("Http:AllowedHosts:0", "secrets.example.com", settings => settings.Http.AllowedHosts.Single(), "secrets.example.com"),
        ("Http:AllowedHosts:0", "*.example.com", settings => settings.Http.AllowedHosts.Single(), "*.example.com"),
        ("Http:AllowedHosts:7", "10.0.0.1", settings => settings.Http.AllowedHosts.Single(), "10.0.0.1"),
        ("Http:AllowedHosts:0", "[::1]", settings => settings.Http.AllowedHosts.Single(), "[::1]"),
        ("Http:TrustedProxies:0", "10.0.0.7", settings => settings.Http.TrustedProxies.Single().ToString(), "10.0.0.7/32"),
        ("Http:TrustedProxies:0", "10.0.0.0/24", settings => settings.Http.TrustedProxies.Single().ToString(), "10.0.0.0/24"),
        ("Http:TrustedProxies:0", "fd00:1::7", settings => settings.Http.TrustedProxies.Single().ToString(), "fd00:1::7/128"),
        ("Http:TrustedProxies:0", "fd00:1::/64", settings => settings.Http.TrustedProxies.Single().ToString(), "fd00:1::/64"),
        ("Http:MaxConnections", "0", settings => settings.Http.MaxConnections, 0),
        ("Http:MaxConnectionsPerAddress", "9", settings => settings.Http.MaxConnectionsPerAddress, 9),
        ("Diagnostics", "True", settings => settings.Diagnostics, true),
    ];

    [Fact]
    public void Every_setting_is_read() => Assert.All(
        Every, setting => Assert.Equal(setting.Value, setting.Setting(Read((setting.Name, setting.Text)))));

    [Theory]
    [InlineData("Storage:Provider", "Oracle")]
    [InlineData("Storage:ConnectionString", "")]
    [InlineData("DataFolder", " ")]
    [InlineData("MasterKey:Provider", "Hsm")]
    [InlineData("MasterKey:File", "")]
    [InlineData("MasterKey:Library", "")]
    [InlineData("MasterKey:Token", " ")]
    [InlineData("MasterKey:PinFile", "")]
    [InlineData("MasterKey:Pin", "1234")]
    [InlineData("MasterKey:KeyIds", "k")]
    [InlineData("MasterKey:KeyIds:0", "")]
    [InlineData("MasterKey:KeyIds:0:More", "k")]
    [InlineData("MasterKey:Region", "")]
    [InlineData("MasterKey:Endpoint", "kms.example.com")]
    [InlineData("MasterKey:Previous:x:File", "f")]
    [InlineData("MasterKey:Previous:100:File", "f")]
    [InlineData("MasterKey:Previous:-1:File", "f")]
    [InlineData("MasterKey:Previous:0", "f")]
    [InlineData("MasterKey:Previous:0:Fil", "f")]
    [InlineData("MasterKey:Previous:0:Previous:0:File", "f")]
    [InlineData("MasterKey", "f")]
    [InlineData("Keys:RotateAfterDays", "-1")]
    [InlineData("Keys:RotateAfterDays", "3651")]
    [InlineData("Keys:RotateAfterDays", "1.5")]
    [InlineData("Keys:RotateAfterDays", "")]
    [InlineData("Keys:RotateAfterDays", "never")]
    [InlineData("Keys:RotateAfterDay", "1")]
    [InlineData("Keys", "1")]
    [InlineData("Huudis:Issuer", "huudis.com")]
    [InlineData("Huudis:Issuer", "ftp://huudis.com")]
    [InlineData("Huudis:RequireHttpsMetadata", "yes")]
    [InlineData("Limits:ValueBytes", "0")]
    [InlineData("Limits:ValueBytes", "65537")]
    [InlineData("Limits:ValueBytes", "1e3")]
    [InlineData("Limits:ValueBytes", " 5")]
    [InlineData("Limits:RevealsPerMinute", "-1")]
    [InlineData("Limits:WriteBytesPerMinute", "-1")]
    [InlineData("Limits:StoredBytesPerWorkspace", "10GiB")]
    [InlineData("Storage:ReservedBytes", "1125899906842625")]
    [InlineData("Limits:BodyBytes", "1023")]
    [InlineData("Limits:CommentLength", "1001")]
    [InlineData("Limits:Unknown", "1")]
    [InlineData("Http:AllowPlainHttp", "1")]
    [InlineData("Http:Certificate", "")]
    [InlineData("Http:CertificateKey", " ")]
    [InlineData("Http:AllowedHosts:0", "")]
    [InlineData("Http:AllowedHosts:0", "*")]
    [InlineData("Http:AllowedHosts:0", "*.*.example.com")]
    [InlineData("Http:AllowedHosts:0", "example.com:443")]
    [InlineData("Http:AllowedHosts:0", "https://example.com")]
    [InlineData("Http:AllowedHosts", "example.com")]
    [InlineData("Http:TrustedProxies:0", "")]
    [InlineData("Http:TrustedProxies:0", "proxy.example.com")]
    [InlineData("Http:TrustedProxies:0", "0.0.0.0/0")]
    [InlineData("Http:TrustedProxies:0", "::/0")]
    [InlineData("Http:TrustedProxies:0", "0.0.0.0")]
    [InlineData("Http:TrustedProxies:0", "::")]
    [InlineData("Http:TrustedProxies:0", "10.0.0.7/24")]
    [InlineData("Http:TrustedProxies:0", "10.0.0.0/33")]
    [InlineData("Http:TrustedProxies:0", "10.1")]
    [InlineData("Http:TrustedProxies:0", "010.0.0.1")]
    [InlineData("Http:TrustedProxies:0", "010.0.0.0/8")]
    [InlineData("Http:TrustedProxies:0", "::ffff:10.0.0.7")]
    [InlineData("Http:TrustedProxies:0", "::ffff:10.0.0.0/120")]
    [InlineData("Http:TrustedProxies:0", "fe80::1%1")]
    [InlineData("Http:TrustedProxies:0", "10.0.0.7:443")]
    [InlineData("Http:TrustedProxies:0", "10.0.0.7,10.0.0.8")]
    [InlineData("Http:TrustedProxies", "10.0.0.7")]
    [InlineData("Http:MaxConnections", "-1")]
    [InlineData("Http:MaxConnections", "1000001")]
    [InlineData("Http:MaxConnectionsPerAddress", "many")]
    [InlineData("Http:MaxConnection", "1")]
    [InlineData("Diagnostics", "on")]
    [InlineData("Diagnostic", "true")]
    [InlineData("Storage:Provider:More", "x")]
    public void The_refusal_of_a_wrong_or_unknown_setting_names_it(string name, string text)
    {
        var refusal = Assert.Throws<SettingsException>(() => Read((name, text)));
        Assert.Contains("Secronna__" + name.Replace(":", "__", StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Master_key_ids_keep_the_order_of_their_numbers() => Assert.Equal(
        ["b", "a", "d", "c"],
        Read(("MasterKey:KeyIds:10", "c"), ("MasterKey:KeyIds:0", "b"), ("MasterKey:KeyIds:2", "d"), ("MasterKey:KeyIds:1", "a")).MasterKey.KeyIds);

    [Fact]
    public void A_refusal_never_shows_the_password_of_a_connection_string()
    {
        var refusal = Assert.Throws<SettingsException>(() => Read(("Storage:Conection", "Host=x;Password=hunter2")));
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    private static Settings Read(params (string Name, string Value)[] settings) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting =>
            new KeyValuePair<string, string?>("Secronna:" + setting.Name, setting.Value))).Build());
}
