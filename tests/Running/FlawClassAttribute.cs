using Xunit.v3;

namespace Secronna.Tests.Running;

/// <summary>
/// Names the class of flaws of secrets managers that a test guards against. SECURITY.md lists the classes, and a test compares that
/// list with these attributes.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class FlawClassAttribute(string name) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("FlawClass", name)];
}
