using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Secronna.UnitTests.Architecture;

/// <summary>
/// The uses between folders, read from the built assemblies, are those that docs/design/architecture.md allows. Any other use
/// fails these tests, and so do folders that use each other in a circle.
/// </summary>
public sealed partial class RoomTests
{
    private const string Server = "Secronna.Server";
    private const string Features = "Features";

    // Each room with the rooms that it may use, from the table in the architecture page. The root folder holds only the entry
    // point.
    private static readonly Dictionary<string, string[]> MayKnow = TableRow()
        .Matches(string.Join('\n', File.ReadAllLines(Path.Combine(LayoutTests.Root(), "docs", "design", "architecture.md"))))
        .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Split(", "));

    private static readonly Assembly ServerAssembly = Assembly.Load("secronna-server");

    private static readonly Lazy<FolderGraph> ServerGraph = new(() => FolderGraph.Of(ServerAssembly, Server));

    [Theory]
    [InlineData("Secronna.Server", "secronna-server")]
    [InlineData("Secronna.Cli", "secronna")]
    [InlineData("Secronna.Storage", "Secronna.Storage")]
    [InlineData("Secronna.Crypto", "Secronna.Crypto")]
    [InlineData("Secronna.Protocol", "Secronna.Protocol")]
    [InlineData("Secronna.Client", "Secronna.Client")]
    [InlineData("Secronna.Client.Testing", "Secronna.Client.Testing")]
    [InlineData("Secronna.Configuration", "Secronna.Configuration")]
    public void No_two_folders_know_each_other_in_a_circle(string root, string assembly)
    {
        AssertNone(FolderGraph.Of(Assembly.Load(assembly), root).Circles());
    }

    [Fact]
    public void A_room_of_the_server_knows_only_the_rooms_below_it() => AssertNone(
        from arrow in ServerGraph.Value.Arrows
        let user = RoomOf(arrow.FromFolder)
        let used = RoomOf(arrow.ToFolder)
        where user != used && !MayKnow.GetValueOrDefault(user, ["Commands"]).Contains(used)
        select arrow.ToString());

    [Fact]
    public void A_feature_uses_only_the_service_of_another_feature_and_the_types_in_its_signatures() => AssertNone(
        from arrow in ServerGraph.Value.Arrows
        where RoomOf(arrow.FromFolder) == Features && RoomOf(arrow.ToFolder) == Features
        where !IsService(arrow.To.Name) && !SignatureTypes(arrow.ToFolder).Contains(arrow.To.FullName)
        select arrow.ToString());

    [Fact]
    public void Endpoints_and_HTTP_open_no_session_and_no_transaction() => AssertNone(
        from arrow in ServerGraph.Value.Uses
        where RoomOf(arrow.FromFolder) == "Http" || arrow.From.Name.EndsWith("Endpoints", StringComparison.Ordinal)
        where arrow.ToFolder == "Secronna.Storage.Engine" && arrow.To.Name is "Session" or "Transaction" or "Database" or "AuditTrail"
        select arrow.ToString());

    [Fact]
    public void The_command_line_knows_of_the_cryptography_only_what_verifies_the_trail() => AssertNone(
        from arrow in FolderGraph.Of(Assembly.Load("secronna"), "Secronna.Cli").Uses
        where arrow.ToFolder.StartsWith("Secronna.Crypto", StringComparison.Ordinal)
        where arrow.ToFolder != "Secronna.Crypto.Trail" || arrow.To.Name == "LogKey"
        select arrow.ToString());

    [Fact]
    public void Services_and_the_rooms_below_HTTP_know_no_HTTP() => AssertNone(
        from arrow in ServerGraph.Value.Uses
        where IsService(arrow.From.Name) || RoomOf(arrow.FromFolder) is "Vault" or "Trail" or "Access" or "Installation" or "MasterKeys"
        where arrow.ToFolder.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || RoomOf(arrow.ToFolder) == "Http"
        select arrow.ToString());

    [Fact]
    public void The_graph_finds_the_rooms_and_some_arrows_that_are_known_to_exist()
    {
        var known = ServerGraph.Value.Arrows.Select(arrow => (RoomOf(arrow.FromFolder), RoomOf(arrow.ToFolder))).ToHashSet();
        Assert.Equal(
            ["Access", "Commands", Features, "Hosting", "Http", "Installation", "MasterKeys", "Trail", "Vault"],
            MayKnow.Keys.Where(room => room != "room").Order(StringComparer.Ordinal));
        Assert.Contains((Features, "Vault"), known);
        Assert.Contains(("Vault", "MasterKeys"), known);
        Assert.Contains(("Commands", "Hosting"), known);
    }

    [Fact]
    public void A_circle_is_found_and_named()
    {
        var types = ServerGraph.Value.Arrows;
        var there = types.First(arrow => RoomOf(arrow.FromFolder) == "Vault" && RoomOf(arrow.ToFolder) == "Access");
        var circle = Assert.Single(new FolderGraph([there, new Arrow(there.To, there.From)], Server).Circles());
        Assert.Contains($"{there.To.Name} uses {there.From.Name}", circle, StringComparison.Ordinal);
    }

    // The writer mints versions for callers whose permission was checked. These two services check it.
    [Fact]
    public void Only_services_that_authorise_use_the_writer_of_versions() => AssertNone(
        from arrow in ServerGraph.Value.Arrows
        where arrow.To.Name == "SecretWriter" && arrow.From.Name is not ("SecretService" or "RollbackService" or "Composition")
        select arrow.ToString());

    // xUnit shortens the items of a collection in its messages, but each arrow must be readable in full.
    private static void AssertNone(IEnumerable<string> arrows)
    {
        var all = string.Join("\n", arrows);
        Assert.True(all.Length == 0, all);
    }

    // For a namespace below the server's: its first folder. For any other namespace: the whole namespace.
    private static string RoomOf(string folder) => folder == Server ? ""
        : folder.StartsWith(Server + ".", StringComparison.Ordinal) ? folder[(Server.Length + 1)..].Split('.')[0]
        : folder;

    private static bool IsService(string name) => name.EndsWith("Service", StringComparison.Ordinal);

    private static HashSet<string> SignatureTypes(string folder) =>
    [
        .. from type in ServerAssembly.GetTypes()
           where type.Namespace == folder && IsService(type.Name)
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           from used in method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)
           from part in Parts(used)
           select part.FullName,
    ];

    private static IEnumerable<Type> Parts(Type type) =>
        type.GetGenericArguments().SelectMany(Parts).Append(type.IsGenericType ? type.GetGenericTypeDefinition() : type);

    [GeneratedRegex(@"^\| (\w+) \| ((?:\w+(?:, )?)+|none of these) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
