using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The declarations of operations: who may do each, how it is recorded, and whether it needs a second factor.</summary>
public sealed class OperationTests
{
    private static readonly IReadOnlyList<Operation> All =
        [.. typeof(Operations).GetProperties().Select(property => (Operation)property.GetValue(null)!)];

    // Whoever adds an operation decides here: whatever opens a value, makes, widens or takes away power, or deletes, needs it.
    private static readonly string[] NeedSecondFactor =
    [
        nameof(Operations.ChangeAccessKey), nameof(Operations.CompareEnvironments), nameof(Operations.CreateAccessKey),
        nameof(Operations.CreateApiKey), nameof(Operations.DeleteApiKey), nameof(Operations.DeleteEnvironment),
        nameof(Operations.DeleteProject), nameof(Operations.DeleteSecret), nameof(Operations.DestroyVersion),
        nameof(Operations.RestoreEnvironment),
        nameof(Operations.RevealEnvironment), nameof(Operations.RevealSecret), nameof(Operations.RevokeAccessKey),
        nameof(Operations.RollBackSecret),
    ];

    private static readonly string[] NeedNone =
    [
        nameof(Operations.ChangeEnvironment), nameof(Operations.CreateEnvironment), nameof(Operations.CreateProject), nameof(Operations.GetEnvironment),
        nameof(Operations.GetProject), nameof(Operations.GetSecret), nameof(Operations.Identify), nameof(Operations.ListCredentials),
        nameof(Operations.ListEnvironments), nameof(Operations.ListKeks), nameof(Operations.ListProjects),
        nameof(Operations.ListSecrets), nameof(Operations.ListVersions), nameof(Operations.ReadAuditTrail),
        nameof(Operations.ReadHistory), nameof(Operations.RenameProject),
        nameof(Operations.RotateKek), nameof(Operations.SearchSecrets), nameof(Operations.WriteSecrets),
    ];

    [Fact]
    public void Of_every_operation_it_is_decided_whether_it_needs_the_second_factor()
    {
        var declared = typeof(Operations).GetProperties().ToLookup(
            property => ((Operation)property.GetValue(null)!).NeedsSecondFactor, property => property.Name);
        Assert.Equal(NeedSecondFactor, declared[true].Order(StringComparer.Ordinal));
        Assert.Equal(NeedNone, declared[false].Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_recorded_operation_that_says_nothing_needs_the_second_factor()
    {
        Assert.True(new Operation(Permission.List) { AuditAction = AuditActions.SecretWrite }.NeedsSecondFactor);
        Assert.False(new Operation(Permission.List) { AuditAction = AuditActions.SecretWrite, IsHarmless = true }.NeedsSecondFactor);
    }

    [Fact]
    public void Every_operation_that_reads_values_back_is_recorded_and_needs_the_second_factor() => Assert.All(
        All.Where(operation => operation.Permissions.Contains(Permission.Reveal)),
        operation => Assert.True(operation.AuditAction is not null && operation.NeedsSecondFactor));

    [Fact]
    public void Every_operation_that_changes_something_is_recorded() => Assert.All(
        typeof(Operations).GetProperties().Where(property => !Reads(property.Name)),
        property => Assert.NotNull(((Operation)property.GetValue(null)!).AuditAction));

    [Fact]
    public void A_route_that_leads_to_the_service_of_another_operation_fails_for_every_caller()
    {
        var caller = NewCaller(Operations.ListProjects);
        Authorization.Demand(caller, Operations.ListProjects);
        Assert.Throws<InvalidOperationException>(() => Authorization.Demand(caller, Operations.ListSecrets));
    }

    [Fact]
    public void An_operation_whose_refusals_are_recorded_cannot_be_demanded_without_recording() =>
        Assert.Throws<InvalidOperationException>(() => Authorization.Demand(NewCaller(null), Operations.RevealSecret));

    private static bool Reads(string name) =>
        name.StartsWith("List", StringComparison.Ordinal) || name.StartsWith("Get", StringComparison.Ordinal)
        || name is nameof(Operations.Identify) or nameof(Operations.SearchSecrets) or nameof(Operations.ReadHistory)
            or nameof(Operations.ReadAuditTrail);

    private static Caller NewCaller(Operation? declared) => new(
        ActorTypes.ApiKey, "key_x", "acc_x", null, Role.Admin, new RequestOrigin("req_x", null, null) { Operation = declared });
}
