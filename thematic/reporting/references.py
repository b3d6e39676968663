"""What the report cites, each once."""

from __future__ import annotations

__all__ = ["REFERENCES"]

REFERENCES: dict[str, str] = {
    "Brin": "Brin, S., Motwani, R., Ullman, J. D., & Tsur, S. (1997). Dynamic itemset counting and "
    "implication rules for market basket data. SIGMOD Record, 26(2), 255-264.",
    "Guest": "Guest, G., Namey, E., & Chen, M. (2020). A simple method to assess and report thematic "
    "saturation in qualitative research. PLoS ONE, 15(5), e0232076.",
    "Efron": "Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall.",
    "Maaten": "van der Maaten, L., & Hinton, G. (2008). Visualizing data using t-SNE. Journal of Machine "
    "Learning Research, 9, 2579-2605.",
    "Newcombe": "Newcombe, R. G. (1998). Interval estimation for the difference between independent "
    "proportions: Comparison of eleven methods. Statistics in Medicine, 17(8), 873-890.",
    "OBrien": "O'Brien, B. C., Harris, I. B., Beckman, T. J., Reed, D. A., & Cook, D. A. (2014). "
    "Standards for reporting qualitative research: A synthesis of recommendations. Academic Medicine, "
    "89(9), 1245-1251.",
    "Ritchie": "Ritchie, J., & Spencer, L. (1994). Qualitative data analysis for applied policy research. In "
    "A. Bryman & R. G. Burgess (Eds.), Analyzing qualitative data (pp. 173-194). Routledge.",
    "Tong": "Tong, A., Sainsbury, P., & Craig, J. (2007). Consolidated criteria for reporting qualitative "
    "research (COREQ). International Journal for Quality in Health Care, 19(6), 349-357.",
    "Wilson": "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. "
    "Journal of the American Statistical Association, 22(158), 209-212.",
}
