using Secronna.Storage;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.UnitTests.Storage;

/// <summary>Which connection strings are accepted, and that none is repeated in a refusal.</summary>
public sealed class ConnectionStringTests
{
    [Theory]
    [InlineData("Host=db.example.com;Database=s", "s on db.example.com")]
    [InlineData("Host=10.0.0.7;Port=6432;Database=s;Username=o;Password=a=b c", "s on 10.0.0.7:6432")]
    [InlineData("Host=db1,db2:5433,[::1]:5434;Database=s", "s on db1,db2:5433,[::1]:5434")]
    [InlineData("Host=::1;Database=s", "s on ::1")]
    [InlineData("Host=/var/run/postgresql;Database=s", "s on /var/run/postgresql")]
    [InlineData("Host=h;Database=s;Options=-c statement_timeout=5s", "s on h")]
    public void A_sound_connection_string_is_accepted(string connectionString, string name) =>
        Assert.Equal(name, DatabaseEngines.Postgres(connectionString).DisplayName);

    [Theory]
    [InlineData("host=127.0.0.1 port=1 dbname=s user=o password=hunter2", "the value of Host")]
    [InlineData("Host=h;Database=s password=hunter2", "the value of Database")]
    [InlineData("Host=h;Username=s password=hunter2", "the value of Username")]
    [InlineData("Host=h;Passfile=/x password=hunter2", "the value of Passfile")]
    [InlineData("Host=o:hunter2@h;Database=s", "Host is neither")]
    [InlineData("Host=h:hunter2;Database=s", "Host is neither")]
    [InlineData("Database=hunter2", "Host is missing")]
    [InlineData("Host=h;Port=hunter2", "doesn't fit")]
    public void A_malformed_connection_string_is_refused_by_the_parameter_s_name(string connectionString, string reason)
    {
        var refusal = Assert.Throws<StorageSetupException>(() => DatabaseEngines.Postgres(connectionString));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data;more/x.db")]
    [InlineData("/data/a \"quoted\" 'name'=x/x.db")]
    public void A_file_with_any_name_is_found_again(string file) =>
        Assert.Equal(file, DatabaseEngines.Sqlite(DatabaseEngines.SqliteConnectionString(file), TimeProvider.System).FilePath);
}
