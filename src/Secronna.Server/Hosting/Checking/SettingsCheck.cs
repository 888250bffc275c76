namespace Secronna.Server.Hosting.Checking;

/// <summary>Judges settings: what can't work, what is dangerous, and what could be better. Pure: facts in, findings out.</summary>
internal static class SettingsCheck
{
    /// <summary>Everything that is worth saying, the worst first.</summary>
    public static IReadOnlyList<Finding> Find(CheckedFacts facts) =>
    [
        .. facts.Obstacles.Distinct(StringComparer.Ordinal).Select(Finding.CannotWork)
            .Concat(MachineRules.Find(facts))
            .Concat(ListeningRules.Find(facts))
            .Concat(KeyRules.Find(facts))
            .Concat(DatabaseRules.Find(facts))
            .Concat(ProviderRules.Find(facts))
            .Concat(LimitRules.Find(facts))
            .OrderByDescending(finding => finding.Severity),
    ];
}
